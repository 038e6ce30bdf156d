type Cell = string | number | null | undefined;

/** Rows as comma-separated values (RFC 4180): lines end with CR LF, and what would be misread stands in quotes. */
export const csv = (rows: readonly (readonly Cell[])[]): string =>
  rows.map(row => `${row.map(written).join(',')}\r\n`).join('');

function written(cell: Cell): string {
  const text = cell === null || cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
