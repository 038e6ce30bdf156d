export function Datasets(_: { query?: URLSearchParams; name?: string }) {
  return <h1>Datasets</h1>;
}
