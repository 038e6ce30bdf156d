import { describe, expect, it } from 'vitest';
import { proposedName, wrongName } from './datasetNames';

describe('proposedName', () => {
  it('is the name of the folder or file, as the service takes it', () => {
    expect(
      ['My Pets', 'Größe_2.zip', 'photos.tar.gz', '--a--b--', 'cifar-10.TGZ', 'v1.2'].map(name =>
        proposedName(name, []),
      ),
    ).toEqual(['my-pets', 'grosse-2', 'photos', 'a-b', 'cifar-10', 'v1-2']);
  });

  it('is "pictures" where nothing of it is left', () => {
    expect([proposedName('кошки', []), proposedName('', [])]).toEqual(['pictures', 'pictures']);
  });

  it('counts on where it is taken', () => {
    expect(proposedName('pets', ['pets', 'pets-2'])).toBe('pets-3');
  });

  it('has at most 63 characters, those of the count included', () => {
    const name = proposedName('a'.repeat(80), []);
    expect(name).toBe('a'.repeat(63));
    expect(proposedName('a'.repeat(80), [name])).toBe(`${'a'.repeat(61)}-2`);
  });

  it('is never one that cannot be given', () => {
    for (const from of ['My Pets', 'a'.repeat(80), '.hidden', `${'a'.repeat(62)} b`, '🐈'])
      expect(wrongName(proposedName(from, []), [])).toBeUndefined();
  });
});

describe('wrongName', () => {
  it('says what is wrong', () => {
    expect(wrongName('', [])).toContain('Give');
    expect(wrongName('Pets', [])).toContain('a to z');
    expect(wrongName('-pets', [])).toContain('not begin');
    expect(wrongName('a'.repeat(64), [])).toContain('63');
    expect(wrongName('pets', ['pets'])).toContain('already');
    expect(wrongName('pets-2', ['pets'])).toBeUndefined();
  });
});
