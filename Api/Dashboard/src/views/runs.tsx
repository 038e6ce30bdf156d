export function Runs(_: { query?: URLSearchParams; name?: string }) {
  return <h1>Runs</h1>;
}
