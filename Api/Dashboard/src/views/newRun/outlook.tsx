import { Problem } from '../../api/client';
import type { Preflight } from '../../api/types';
import { Notice } from '../../components/basics';
import { bytes, counted } from '../../logic/formats';
import { timeWords } from '../../logic/newRun';

const kinds = { info: 'info', warning: 'warning', problem: 'error' } as const;

/** What to expect of the run, and what looks wrong with it, before it begins. */
export function Outlook({ told }: { told: Preflight | Problem | undefined }) {
  if (told instanceof Problem) return null;
  if (!told)
    return (
      <p class="quiet" role="status">
        The service tries it out for some seconds to tell how long it takes.
      </p>
    );
  const before = told.queuePosition - 1;
  return (
    <>
      <p role="status">
        It ends in {timeWords(told.secondsToEnd)} and takes {bytes(told.bytes)} of memory; the network has{' '}
        {counted(told.parameters, 'parameter')}.{before > 0 && ` ${counted(before, 'run')} before it.`}
      </p>
      {told.findings.map(({ code, severity, detail, examples }) => (
        <Notice key={code} kind={kinds[severity ?? 'info']}>
          {detail}
          {examples && examples.length > 0 && (
            <ul>
              {examples.map(example => (
                <li key={example}>{example}</li>
              ))}
            </ul>
          )}
        </Notice>
      ))}
    </>
  );
}
