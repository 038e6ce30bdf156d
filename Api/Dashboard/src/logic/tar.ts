/** A file with its path in the folder that was dropped. */
export interface PackedFile {
  path: string;
  file: Blob;
}

const block = 512;
const text = new TextEncoder();

/**
 * A tar archive of files, made of references to them: the browser reads each when it is sent, and never holds all. Names are in pax headers
 * (POSIX.1-2001), which know every length and alphabet.
 */
export function tar(files: readonly PackedFile[]): Blob {
  const parts: BlobPart[] = [];
  for (const { path, file } of files) {
    const record = paxRecord('path', path);
    parts.push(header('PaxHeader', record.length, 'x'), record, padding(record.length));
    parts.push(header('file', file.size, '0'), file, padding(file.size));
  }
  parts.push(new Uint8Array(2 * block));
  return new Blob(parts, { type: 'application/x-tar' });
}

/** The bytes that a file takes in an archive, its name and padding included. */
export const packedSize = ({ path, file }: PackedFile): number =>
  2 * block + inBlocks(paxRecord('path', path).length) + inBlocks(file.size);

/** "LENGTH NAME=VALUE\n", whose length counts its own digits. */
export function paxRecord(name: string, value: string): Uint8Array<ArrayBuffer> {
  const rest = text.encode(` ${name}=${value}\n`).length;
  let length = rest + 1;
  while (rest + String(length).length !== length) length = rest + String(length).length;
  return text.encode(`${length} ${name}=${value}\n`);
}

function header(name: string, size: number, type: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(block);
  const put = (offset: number, value: string) => bytes.set(text.encode(value), offset);
  put(0, name);
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(148, '        ');
  put(156, type);
  put(257, 'ustar\x0000');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return bytes;
}

const inBlocks = (length: number) => Math.ceil(length / block) * block;

const padding = (length: number) => new Uint8Array(inBlocks(length) - length);
