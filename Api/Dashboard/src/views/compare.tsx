export function Compare(_: { query?: URLSearchParams; name?: string }) {
  return <h1>Compare</h1>;
}
