import { describe, expect, it } from 'vitest';
import { choiceOf, filesSent } from './choice';

const file = (path: string, content = 'x') => ({ path, file: new Blob([content]) });

describe('choiceOf', () => {
  it('takes one file as the archive that it is', () => {
    const archive = file('pets.zip', 'zip');
    expect(choiceOf([archive])).toMatchObject({ from: 'pets.zip', content: archive.file, fileName: 'pets.zip' });
    expect(choiceOf([archive])?.ends).toBeUndefined();
  });

  it('packs a folder, in the same order wherever it was listed', async () => {
    const [cat, dog] = [file('pets/cat/1.png', 'cat'), file('pets/dog/1.png', 'dog')];
    const chosen = choiceOf([dog, cat]);
    expect(chosen).toMatchObject({ from: 'pets', fileName: 'pets.tar', sample: cat.file, ends: [2048, 4096] });
    expect(await chosen?.content.text()).toBe(await choiceOf([cat, dog])?.content.text());
  });

  it('packs class folders that were dropped side by side', () => {
    expect(choiceOf([file('cat/1.png'), file('dog/1.png')])).toMatchObject({ from: 'pictures' });
  });

  it('shows a picture as an example, and no other file', () => {
    const picture = file('pets/cat/1.JPG');
    expect(choiceOf([file('pets/.DS_Store'), file('pets/README.md'), picture])?.sample).toBe(picture.file);
    expect(choiceOf([file('mnist/train-images.gz')])?.sample).toBeUndefined();
  });

  it('is nothing without a file', () => {
    expect(choiceOf([])).toBeUndefined();
  });
});

describe('filesSent', () => {
  it('counts those that have gone whole', () => {
    const ends = [100, 250, 300];
    expect([-5, 0, 99, 100, 249, 250, 300, 1000].map(bytes => filesSent(ends, bytes))).toEqual([
      0, 0, 0, 1, 1, 2, 3, 3,
    ]);
    expect(filesSent([], 10)).toBe(0);
  });
});
