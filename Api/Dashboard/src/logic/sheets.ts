/** A contact sheet: which pictures of a class it shows, beside and below each other. */
export interface Sheet {
  offset: number;
  columns: number;
  rows: number;
}

/** The sheets that show so many pictures without an empty place: full ones, the full rows that are left, and the last row. */
export function sheets(images: number, columns: number, rows: number): Sheet[] {
  const all: Sheet[] = [];
  let offset = 0;
  const add = (sheet: Omit<Sheet, 'offset'>) => {
    all.push({ offset, ...sheet });
    offset += sheet.columns * sheet.rows;
  };
  while (images - offset >= columns * rows) add({ columns, rows });
  const fullRows = Math.floor((images - offset) / columns);
  if (fullRows > 0) add({ columns, rows: fullRows });
  if (images > offset) add({ columns: images - offset, rows: 1 });
  return all;
}

/** The address of a sheet of one class. */
export const sheetPath = (dataset: string, part: 'train' | 'test', label: string, { offset, columns, rows }: Sheet) =>
  `api/datasets/${dataset}/sheet.png?part=${part}&label=${encodeURIComponent(label)}&columns=${columns}&rows=${rows}&offset=${offset}`;

/** The address of a row of pictures from all over the training part. */
export function previewPath(dataset: string, images: number, columns: number): string {
  const indices = Array.from({ length: columns }, (_, place) => Math.floor((place * images) / columns));
  return `api/datasets/${dataset}/sheet.png?columns=${columns}&rows=1&indices=${indices.join(',')}`;
}
