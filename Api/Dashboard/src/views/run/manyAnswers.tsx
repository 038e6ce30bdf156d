import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from '../../api/client';
import type { PicturePrediction, Run } from '../../api/types';
import { Button, Failure } from '../../components/basics';
import { pathOf } from '../../components/files';
import { useObjectUrl } from '../../components/picture';
import { answeredBy } from '../../logic/answers';
import { askEach, batches, type Told } from '../../logic/batches';
import { csv } from '../../logic/csv';
import { count, counted, percent } from '../../logic/formats';
import { isOpen } from '../../logic/runs';
import type { Given } from './answer';
import { type PredictOptions, predictMany } from './predict';

interface Row {
  file: File;
  label?: string;
  probability?: number;
  refusal?: string;
}

const mostRows = 500;
const secondsBetween = 3; // before a service that was away is asked again

/** What the network says of each of many files, as a table and as CSV. */
export function ManyAnswers({
  run,
  files,
  options,
  onPicture,
}: {
  run: Run;
  files: readonly File[];
  options: PredictOptions;
  onPicture: (given: Given) => void;
}) {
  const { rows, iteration, error, isOver, stop } = useAnswers(run, files, options);
  const address = useObjectUrl(isOver ? csvOf(rows) : undefined);
  const place = useRef<HTMLElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), []);
  const refused = rows.filter(row => row.refusal !== undefined).length;
  return (
    <section class="card" ref={place}>
      <div class="row between">
        <h2>{counted(files.length, 'file')}</h2>
        {isOver ? (
          <a class="button" href={address} download="predictions.csv">
            Download as CSV
          </a>
        ) : (
          <Button onPress={stop}>Stop</Button>
        )}
      </div>
      {!isOver && <progress max={files.length} value={rows.length} aria-label="Files that are answered" />}
      <p role="status" class="quiet">
        {count(rows.length)} of {counted(files.length, 'file')} answered
        {refused > 0 && `; ${count(refused)} of them could not be read`}.{' '}
        {iteration !== undefined && answeredBy(iteration, isOpen(run))}
      </p>
      <Failure error={error} />
      {rows.length > 0 && <Table rows={rows.slice(0, mostRows)} onPicture={onPicture} />}
      {rows.length > mostRows && (
        <p class="quiet">
          The first {count(mostRows)} are shown; the CSV has all {count(rows.length)}.
        </p>
      )}
    </section>
  );
}

// Group after group. When the service goes away, it waits for it; what is answered stays.
function useAnswers(run: Run, files: readonly File[], options: PredictOptions) {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [iteration, setIteration] = useState<number>();
  const [error, setError] = useState<unknown>();
  const [isOver, setIsOver] = useState(false);
  const latest = useRef<AbortController>(undefined);
  useEffect(() => {
    const control = new AbortController();
    const ask = async (group: readonly File[]): Promise<PicturePrediction[]> => {
      try {
        const told = await predictMany(run, group, options, control.signal);
        setIteration(told.iteration);
        setError(undefined);
        return told.predictions;
      } catch (failed) {
        if (!isPassing(failed) || control.signal.aborted) throw failed;
        setError(failed);
        await new Promise(done => setTimeout(done, 1000 * secondsBetween));
        return ask(group);
      }
    };
    const work = async () => {
      for (const group of batches(files)) {
        const answers = await askEach(group, ask, refusalOf);
        if (control.signal.aborted) return;
        setRows(known => [...known, ...answers.map((told, at) => rowOf(group[at] as File, told))]);
      }
    };
    latest.current = control;
    setRows([]);
    setError(undefined);
    setIsOver(false);
    work()
      .catch(failed => !control.signal.aborted && setError(failed))
      .finally(() => control === latest.current && setIsOver(true));
    return () => control.abort();
  }, [run.id, files, options.resize, options.testTimeAugmentation]);
  return { rows, iteration, error, isOver, stop: () => latest.current?.abort() };
}

// The service is away or busy, and comes back.
const isPassing = (error: unknown): boolean => error instanceof Problem && [0, 429, 503].includes(error.status);

// The parts of the request are named by their places.
function refusalOf(error: unknown): { words: string; named: ReadonlyMap<number, string> } | undefined {
  if (!(error instanceof Problem) || ![400, 413, 415].includes(error.status)) return undefined;
  const named = Object.entries(error.errors).filter(([part]) => /^\d+$/.test(part));
  return { words: error.message, named: new Map(named.map(([part, words]) => [Number(part), words.join(' ')])) };
}

const rowOf = (file: File, told: Told<PicturePrediction>): Row =>
  'answer' in told
    ? { file, label: told.answer.label, probability: told.answer.probability }
    : { file, refusal: told.refusal };

const csvOf = (rows: readonly Row[]): Blob =>
  new Blob(
    [
      csv([
        ['file', 'class', 'probability', 'refused'],
        ...rows.map(row => [pathOf(row.file), row.label, row.probability, row.refusal]),
      ]),
    ],
    { type: 'text/csv' },
  );

function Table({ rows, onPicture }: { rows: readonly Row[]; onPicture: (given: Given) => void }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scrolls tall" tabIndex={0} aria-label="Answers">
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Class</th>
            <th scope="col" class="number">
              Probability
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ file, label, probability, refusal }, at) => (
            <tr key={at}>
              <td>
                <Button kind="plain" onPress={() => onPicture({ blob: file, name: pathOf(file) })}>
                  {pathOf(file)}
                </Button>
              </td>
              {refusal === undefined ? (
                <>
                  <td>{label}</td>
                  <td class="number">{percent(probability)}</td>
                </>
              ) : (
                <td colSpan={2}>{refusal}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
