export function DatasetView(_: { query?: URLSearchParams; name?: string }) {
  return <h1>DatasetView</h1>;
}
