import { describe, expect, it } from 'vitest';
import { parameterReader, snippets } from './snippets';

const address = 'https://cnn.example/below/api/runs/01a2196e-76cf-7802-ab19-08ccf8a56b91';

describe('How to call a run', () => {
  it('is told for four languages, each with the full address', () => {
    const all = snippets(address, false);
    expect(all.map(snippet => snippet.name)).toEqual(['curl', 'powershell', 'csharp', 'javascript']);
    for (const { code } of all) expect(code).toContain(`${address}/predict?topK=3`);
  });

  it('has a place for the key where the service asks for one, and nothing of it elsewhere', () => {
    for (const { code } of snippets(address, true)) expect(code).toMatch(/X-Api-Key.*YOUR-KEY/);
    for (const { code } of snippets(address, false)) expect(code).not.toMatch(/key/i);
  });

  it('reads parameters in 15 lines', () => {
    const reader = parameterReader('mine.safetensors');
    expect(reader.split('\n').length).toBeLessThanOrEqual(15);
    expect(reader).toContain('mine.safetensors');
  });
});
