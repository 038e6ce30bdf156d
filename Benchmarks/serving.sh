#!/usr/bin/env bash
# Requests per second of predict (one 32x32 PNG) beside those of /healthz/live, over loopback, in turns; medians of all rounds. They share the machine
# with wrk, so what counts is their ratio. The affine network costs next to nothing: it shows what the request takes around the network.
# usage: Benchmarks/serving.sh [ROUNDS [SECONDS [CONNECTIONS]]], default 7 rounds of 4 seconds over 8 connections
set -euo pipefail
rounds=${1:-7} seconds=${2:-4} connections=${3:-8}
command -v wrk > /dev/null || { echo "This needs wrk: apt-get install wrk (Debian, Ubuntu), brew install wrk (macOS)." >&2; exit 1; }

root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
service=
trap '[ -z "$service" ] || { kill "$service"; wait "$service"; } || true; rm -rf "$folder"' EXIT
cd "$folder"

dotnet build "$root/Api" -c Release -v quiet --nologo > build || { cat build >&2; exit 1; }
dotnet "$root/Api/bin/Release/net10.0/CnnService.Api.dll" --Urls http://127.0.0.1:0 --Storage:DataDirectory "$folder/data" > log &
service=$!
until url=$(grep -so 'http://127.0.0.1:[0-9]*' log); do kill -0 "$service"; sleep 0.1; done

# train SPEC: the id of a completed run
train() {
    local run
    run=$(curl -sf -H 'Content-Type: application/json' -d "$1" "$url/api/runs" | grep -oE '[0-9a-f-]{36}' | head -1)
    until curl -sf "$url/api/runs/$run" | grep -q '"state":"completed"'; do sleep 0.2; done
    echo "$run"
}

default=$(train '{ "dataset": "shapes", "epochs": 2 }')
affine=$(train '{ "dataset": "shapes", "epochs": 2, "model": { "type": "layers", "layers": [ { "type": "affine" } ] } }')
curl -sf "$url/api/datasets/shapes/images/0.png" > picture.png
cat > predict.lua << 'LUA'
wrk.method, wrk.body, wrk.headers["Content-Type"] = "POST", io.open("picture.png", "rb"):read("*a"), "image/png"
LUA

# rate PATH [OPTION ...]: requests per second; ends the measurement if any was not answered with a success
rate() {
    wrk -t1 -c"$connections" -d"${seconds}s" "${@:2}" "$url$1" > answer
    if grep -E 'Non-2xx|Socket errors' answer >&2; then return 1; fi
    awk '/^Requests\/sec/ { print $2 }' answer
}
live() { rate /healthz/live; }
predict() { rate "/api/runs/$1/predict" -s predict.lua; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for warm in "$default" "$affine"; do predict "$warm" > /dev/null; predict "$warm" > /dev/null; live > /dev/null; done # the compiler's time
for ((i = 0; i < rounds; i++)); do
    live >> live
    predict "$default" >> three-layer
    predict "$affine" >> affine
done
for name in live three-layer affine; do
    awk -v name=$name -v rate="$(median $name)" -v live="$(median live)" 'BEGIN { printf "%s\t%.0f/s\t%.3f\n", name, rate, rate / live }'
done
