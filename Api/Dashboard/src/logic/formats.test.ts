import { describe, expect, it } from 'vitest';
import { accuracyRange, bytes, count, counted, duration, durationRange, loss, percent } from './formats';

describe('formats', () => {
  it('separates thousands', () => {
    expect([count(0), count(999), count(1234567)]).toEqual(['0', '999', '1,234,567']);
    expect([counted(1, 'picture'), counted(2, 'picture'), counted(0, 'class', 'classes')]).toEqual([
      '1 picture',
      '2 pictures',
      '0 classes',
    ]);
  });

  it('says 100 % and 0 % only where it is so', () => {
    expect([percent(1), percent(0.9999), percent(0.9342), percent(0.0001), percent(0)]).toEqual([
      '100 %',
      '99.9 %',
      '93.4 %',
      '0.1 %',
      '0 %',
    ]);
    expect([percent(undefined), percent(null), percent(Number.NaN)]).toEqual(['–', '–', '–']);
  });

  it('gives losses four digits that count, and words where they are no numbers', () => {
    expect([loss(2.30312), loss(0.0123456), loss(0.000012346), loss(0), loss(1234567)]).toEqual([
      '2.303',
      '0.01235',
      '1.235e-5',
      '0',
      '1.235e+6',
    ]);
    expect([loss(Number.NaN), loss(Number.POSITIVE_INFINITY), loss(undefined)]).toEqual([
      'not a number',
      'infinite',
      '–',
    ]);
  });

  it('tells times as people do', () => {
    expect([0.2, 12, 59.6, 60, 200, 3599.7, 7500].map(duration)).toEqual([
      'under 1 s',
      '12 s',
      '1 min',
      '1 min',
      '3 min 20 s',
      '1 h',
      '2 h 5 min',
    ]);
    expect(duration(undefined)).toBe('–');
    expect([durationRange(10, 15), durationRange(10, 10.2), durationRange(50, 70)]).toEqual([
      '10 to 15 s',
      '10 s',
      '50 s to 1 min 10 s',
    ]);
  });

  it('counts bytes in thousands', () => {
    expect([bytes(12), bytes(1500), bytes(342_000_000), bytes(1_200_000_000)]).toEqual([
      '12 bytes',
      '1.5 KB',
      '342.0 MB',
      '1.20 GB',
    ]);
  });

  it('gives the range of an accuracy by Wilson', () => {
    const [low, high] = accuracyRange(0.9, 50); // 0.786 to 0.957 in tables of the interval
    expect(low).toBeCloseTo(0.786, 3);
    expect(high).toBeCloseTo(0.957, 3);
    expect(accuracyRange(1, 10)[1]).toBe(1);
  });
});
