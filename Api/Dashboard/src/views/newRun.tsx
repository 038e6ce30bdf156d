export function NewRun(_: { query?: URLSearchParams; name?: string }) {
  return <h1>NewRun</h1>;
}
