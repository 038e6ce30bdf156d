import { describe, expect, it } from 'vitest';
import { type PackedFile, packedSize, paxRecord, tar } from './tar';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());
const file = (path: string, content: string): PackedFile => ({ path, file: new Blob([content]) });

/** Reads an archive as a reader of POSIX.1-2001 does: the name is that of the extended header before. */
async function read(archive: Blob): Promise<[string, string][]> {
  const bytes = await bytesOf(archive);
  const entries: [string, string][] = [];
  let name = '';
  let at = 0;
  while (bytes[at] !== 0) {
    const header = bytes.subarray(at, at + 512);
    const summed = header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
    expect(Number.parseInt(text(header.subarray(148, 154)), 8)).toBe(summed);
    expect(text(header.subarray(257, 263))).toBe('ustar\0');
    const size = Number.parseInt(text(header.subarray(124, 135)), 8);
    const content = text(bytes.subarray(at + 512, at + 512 + size));
    if (text(header.subarray(156, 157)) === 'x') name = content.slice(content.indexOf('=') + 1, -1);
    else entries.push([name, content]);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  expect(bytes.length - at).toBe(1024);
  return entries;
}

describe('paxRecord', () => {
  it('begins with its own length, whose digits count', () => {
    for (const length of [1, 2, 3, 80, 88, 89, 90, 91, 980, 988, 989, 990, 991]) {
      const record = text(paxRecord('path', 'x'.repeat(length)));
      expect(Number.parseInt(record, 10)).toBe(record.length);
      expect(record.endsWith('x\n')).toBe(true);
    }
  });

  it('counts bytes, not letters', () => {
    const record = paxRecord('path', 'жук');
    expect(text(record)).toBe('15 path=жук\n');
    expect(record.length).toBe(15);
  });
});

describe('tar', () => {
  it('keeps files with their paths, whatever their length and alphabet', async () => {
    const files = [
      ['pets/cat/1.png', 'a picture'],
      [`pets/${'long/'.repeat(60)}2.png`, 'x'.repeat(512)],
      ['домашние/кошка 🐈/3.png', 'y'.repeat(513)],
      ['pets/empty.png', ''],
    ] as const;
    expect(await read(tar(files.map(([path, content]) => file(path, content))))).toEqual(files);
  });

  it('is nothing but its end without files', async () => {
    expect(await read(tar([]))).toEqual([]);
  });

  it('is as long as its files in it and the end', () => {
    const files = [file('a/1', 'x'), file(`a/${'b'.repeat(600)}`, 'x'.repeat(1024)), file('a/3', '')];
    const sizes = files.map(packedSize);
    expect(sizes).toEqual([2048, 3072, 1536]);
    expect(tar(files).size).toBe(2048 + 3072 + 1536 + 1024);
  });
});
