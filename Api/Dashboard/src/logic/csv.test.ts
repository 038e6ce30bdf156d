import { describe, expect, it } from 'vitest';
import { csv } from './csv';

describe('csv', () => {
  it('ends each line with CR LF', () => {
    expect(
      csv([
        ['file', 'class'],
        ['a.png', 'circle'],
      ]),
    ).toBe('file,class\r\na.png,circle\r\n');
    expect(csv([])).toBe('');
  });

  it('quotes commas, quotes and line ends, and doubles quotes', () => {
    expect(csv([['a,b', 'say "hi"', 'two\nlines', 'cr\r']])).toBe('"a,b","say ""hi""","two\nlines","cr\r"\r\n');
  });

  it('leaves other text as it is', () => {
    expect(csv([['Ünï cödé', "it's", ' spaced ', 'a;b']])).toBe("Ünï cödé,it's, spaced ,a;b\r\n");
  });

  it('writes numbers in full, and nothing for what is missing', () => {
    expect(csv([[0.81262994, 0, null, undefined, '']])).toBe('0.81262994,0,,,\r\n');
  });
});
