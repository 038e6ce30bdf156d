#!/usr/bin/env bash
# Compares our workloads with those of libtorch and ONNX Runtime: Benchmarks/compare.sh [PEERS_RUN_SH]
# PEERS_RUN_SH is called with the threads and a workload, and prints lines as `steps` does; without it only our side is measured.
# All sides take turns in each of ROUNDS rounds (default 3, about ten minutes) and the medians over the rounds are compared, so that
# whatever else slows the machine slows both. At the end come an epoch of the trainer, and the service's predictions where wrk is installed.
# A target that is missed is a line in the table, never a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
peers=${1:-../shared/peers/run.sh}
rounds=${ROUNDS:-3}
training=(train/three-layer/50 train/three-layer/100 train/three-layer-500/50 train/deep/250 train/airbench/250)
predicting=(predict/three-layer/1 predict/three-layer/100)
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

dotnet build Benchmarks -c Release -v q --nologo 1>&2

ours() { dotnet Benchmarks/bin/Release/net10.0/Benchmarks.dll steps --threads "$@"; }
at_width() { DOTNET_PreferredVectorBitWidth=$1 ours 2 "$2"; }
peer() { "$peers" 2 "$1" || true; }

# measure SIDE COMMAND...: keeps the line that the command prints, behind the name of the side.
measure() { "${@:2}" | awk -v side="$1" '!/^#/ { print side "\t" $0 }' >>"$lines"; }

if [[ -x $peers ]] && "$peers" 2 predict/three-layer/1 >/dev/null; then has_peers=1; else has_peers=; fi
for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds" >&2
    for workload in "${training[@]}" "${predicting[@]}" peak; do
        measure ours ours 2 "$workload"
        [[ -n $has_peers && $workload == train/* ]] && measure libtorch peer "$workload"
        [[ -n $has_peers && $workload == predict/* ]] && measure onnx peer "predict-onnx/${workload#predict/}"
        [[ $workload == train/* ]] && measure one ours 1 "$workload"
        for width in 256 128; do ((round > 1)) || measure $width at_width $width "$workload"; done # once: a factor of two is asked for
    done
done

archive=${CIFAR:-../shared/data/cifar-10-binary.tar.gz}
if [[ -n $has_peers && -f $archive ]]; then
    echo "an epoch of airbench" >&2
    # The first epoch's line, in the form of `steps`: seconds are in the fourth field of both.
    epoch_of() { awk -F '\t' -v side="$1" '$1 == 1 { print side "\trecipe/airbench\t" 1000 * $4 }' >>"$lines"; }
    dotnet Benchmarks/bin/Release/net10.0/Benchmarks.dll recipe airbench "$archive" 1 | epoch_of ours
    "$peers" 2 recipe/airbench --epochs 1 --check 200 --data "$archive" | epoch_of libtorch
fi

echo "an epoch of the trainer" >&2
ours_epoch() { dotnet Benchmarks/bin/Release/net10.0/Benchmarks.dll epoch --threads 2; }
ours_epoch | awk -F '\t' '/^overhead/ { print "epoch\t" $2 + 0 }' >>"$lines"
if command -v wrk >/dev/null; then
    echo "predictions of the service" >&2
    Benchmarks/serving.sh | sed 's/^/serving\t/' >>"$lines"
fi

widest=256
if grep -qw avx512f /proc/cpuinfo; then widest=512; fi
echo "$(date -u +%F), $(LC_ALL=C lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores, AVX-512 $([[ $widest == 512 ]] && echo yes || echo no);" \
    "medians of $rounds rounds, 2 threads"
[[ -n $has_peers ]] || echo "There is no $peers, so the rows against libtorch and ONNX Runtime are missing."
command -v wrk >/dev/null || echo "There is no wrk, so the rows of the service's predictions are missing."

awk -F '\t' -v widest="$widest" '
    $1 == "epoch" { overhead = $2; next }
    $1 == "serving" { requests[$2] = $3 + 0; next }
    { key = $1 " " $2; n = ++count[key]; ms[key, n] = $3; rate[key, n] = $6; if ($1 == "ours" && $7 > allocated) allocated = $7 }

    # The median of what a side has measured; 0 if it has not.
    function median(values, key,    n, i, j, sorted, value) {
        n = count[key]
        for (i = 1; i <= n; i++) {
            value = values[key, i]
            for (j = i; j > 1 && sorted[j - 1] > value; j--) sorted[j] = sorted[j - 1]
            sorted[j] = value
        }
        return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
    }
    function reached(ratio, target) { return ratio >= target ? "yes" : "no" }
    function against(workload, side, theirs, name, target,    our, their) {
        our = median(ms, "ours " workload)
        their = median(ms, side " " theirs)
        if (their > 0) printf "| %s | %.3f | %.3f | %s | %.2f | %.1f | %s |\n", workload, our, their, name, their / our, target, reached(their / our, target)
    }
    function against_peak(workload, target,    peak, share) {
        peak = median(rate, "ours peak")
        share = 100 * median(rate, "ours " workload) / peak
        printf "| %s | %.3f | | peak of %.0f GFLOP/s | %.0f %% | %d %% | %s |\n", workload, median(ms, "ours " workload), peak, share, target, reached(share, target)
    }
    function serving(name, network,    share) {
        share = 100 * requests[name] / requests["live"]
        printf "| POST predict of one PNG, %s | %d/s | %d/s | GET /healthz/live | %.0f %% | 40 %% | %s |\n", network, requests[name], requests["live"], share, reached(share, 40)
    }
    function widths(workload,    full, half, quarter, fast) {
        full = median(rate, "ours " workload)
        half = median(rate, "256 " workload)
        quarter = median(rate, "128 " workload)
        fast = half / full >= 128 / widest && quarter / full >= 64 / widest
        printf "| %s | %.1f | %.1f | %.1f | %.2f | %.2f | %s |\n", workload, full, half, quarter, half / full, quarter / full, fast ? "yes" : "no"
    }

    END {
        trained = split("train/three-layer/100 train/three-layer/50 train/three-layer-500/50 train/deep/250 train/airbench/250", training, " ")
        print "\n| workload | ours, ms | other, ms | against | ratio | at least | reached |\n|---|---|---|---|---|---|---|"
        against("train/three-layer/100", "libtorch", "train/three-layer/100", "libtorch", 3.0)
        against("train/three-layer/50", "libtorch", "train/three-layer/50", "libtorch", 3.0)
        against("train/three-layer-500/50", "libtorch", "train/three-layer-500/50", "libtorch", 2.5)
        against("train/deep/250", "libtorch", "train/deep/250", "libtorch", 2.2)
        against("train/airbench/250", "libtorch", "train/airbench/250", "libtorch", 2.0)
        against("recipe/airbench", "libtorch", "recipe/airbench", "libtorch, one epoch", 2.0)
        against("predict/three-layer/1", "onnx", "predict-onnx/three-layer/1", "ONNX Runtime", 1.0)
        against("predict/three-layer/100", "onnx", "predict-onnx/three-layer/100", "ONNX Runtime", 1.0)
        for (i = 1; i <= trained; i++) against(training[i], "one", training[i], "1 thread", 1.8)
        against_peak("train/three-layer/100", 55)
        against_peak("train/deep/250", 70)
        if ("live" in requests) { serving("three-layer", "three-layer network"); serving("affine", "one affine layer") }
        printf "| epoch of the trainer | | | its bare steps | %.1f %% more | at most 3 %% | %s |\n", overhead, (overhead <= 3 ? "yes" : "no")
        printf "| all training and predicting | | | bytes allocated per step | %d | at most 0 | %s |\n", allocated, (allocated == 0 ? "yes" : "no")

        printf "\nGFLOP/s by the width of the vectors, 2 threads; half of proportional is asked for (%.3f at 256, %.3f at 128 bits).\n\n", 128 / widest, 64 / widest
        printf "| workload | %d bits | 256 bits | 128 bits | 256 / %d | 128 / %d | reached |\n|---|---|---|---|---|---|---|\n", widest, widest, widest
        for (i = 1; i <= trained; i++) widths(training[i])
        widths("predict/three-layer/1")
        widths("predict/three-layer/100")
        widths("peak")
    }' "$lines"
