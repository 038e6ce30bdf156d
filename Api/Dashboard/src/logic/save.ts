/** Hands a text, or bytes, to the reader as a file. */
export function save(name: string, content: BlobPart, type = 'text/csv'): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
