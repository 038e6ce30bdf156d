import { useRef, useState } from 'preact/hooks';
import { ask, Problem } from '../../api/client';
import type { Run } from '../../api/types';
import type { JsonObject } from '../../logic/schema';
import { go } from '../../router';

/** Queues the run once, however often the button is pressed, and goes to it; a refusal holds until the spec changes. */
export function useSubmit(spec: JsonObject): { submit: () => Promise<void>; sending: boolean; refused?: Problem } {
  const sent = useRef({ body: '', key: '' });
  const [sending, setSending] = useState(false);
  const [refused, setRefused] = useState<{ body: string; problem: Problem }>();
  const body = JSON.stringify(spec);
  const submit = async () => {
    if (sending) return;
    setSending(true);
    // Sent again after an answer that was lost, the same key gives the same run.
    if (sent.current.body !== body) sent.current = { body, key: newKey() };
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': sent.current.key };
    try {
      const run: Run = await (await ask('api/runs', { method: 'POST', body, headers })).json();
      go(`runs/${run.id}`);
    } catch (failed) {
      if (failed instanceof Problem) setRefused({ body, problem: failed });
      setSending(false);
    }
  };
  return { submit, sending, ...(refused?.body === body ? { refused: refused.problem } : {}) };
}

// randomUUID is not there on pages without https.
const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
