import type { PackedFile } from '../logic/tar';

/** A file of the browser with its path in what was dropped or chosen. */
export interface DroppedFile extends PackedFile {
  file: File;
}

/** The files that were dropped, those in folders too; it must be called while the event is handled, as then they are there. */
export function dropped(data: DataTransfer): (found: (files: number) => void) => Promise<DroppedFile[]> {
  const files: DroppedFile[] = [];
  const entries: FileSystemEntry[] = [];
  for (const item of data.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry) entries.push(entry);
    else if (file) files.push({ path: file.name, file });
  }
  return async found => {
    for (const entry of entries) await walk(entry, files, found);
    return files;
  };
}

/** The files of an input; those of a folder have their path in it. */
export const picked = (list: FileList): DroppedFile[] =>
  Array.from(list, file => ({ path: file.webkitRelativePath || file.name, file }));

async function walk(entry: FileSystemEntry, files: DroppedFile[], found: (files: number) => void): Promise<void> {
  if (entry.isFile) {
    files.push({ path: entry.fullPath.slice(1), file: await fileOf(entry as FileSystemFileEntry) });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (let batch = await next(reader); batch.length > 0; batch = await next(reader)) {
    for (const inner of batch) await walk(inner, files, found);
    found(files.length);
  }
}

const fileOf = (entry: FileSystemFileEntry) => new Promise<File>((done, failed) => entry.file(done, failed));

// A reader gives a hundred entries at a time, and none at the end.
const next = (reader: FileSystemDirectoryReader) =>
  new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
