import { useState } from 'preact/hooks';
import { ofRun } from '../../api/runs';
import type { Confusion, Run } from '../../api/types';
import { Button, Failure } from '../../components/basics';
import { useOfModel } from '../../components/useOfModel';
import { confusedPairs, total } from '../../logic/confusion';
import { accuracyWords, hasModel, isOpen } from '../../logic/runs';
import { setQuery } from '../../router';
import { ClassResults } from './classResults';
import { Matrix, MostConfused } from './matrix';
import { Mistakes } from './mistakes';
import { NotYet, notYetWords } from './notYet';

const mostInMatrix = 20;

/** Which classes a run takes for which, and the pictures behind it. */
export function Confusions({ run, query }: { run: Run; query: URLSearchParams }) {
  return hasModel(run) ? <Measured run={run} query={query} /> : <NotYet run={run} />;
}

function Measured({ run, query }: { run: Run; query: URLSearchParams }) {
  const [turn, setTurn] = useState(0);
  const inputs = [run.id, isOpen(run), turn];
  const { value, error, waits } = useOfModel<Confusion>(run, signal => ofRun(run, 'confusion', signal), inputs);
  if (error && !waits) return <Failure error={error} />;
  if (!value) return <p role="status">{waits ? notYetWords(run) : 'Measuring on the held-out pictures…'}</p>;
  const { right, pictures } = total(value);
  const [label, predicted] = [query.get('true') ?? '', query.get('predicted') ?? ''];
  const chosen = label !== '' && predicted !== '' ? { label, predicted } : undefined;
  const choose = (pair: { label: string; predicted: string }) =>
    setQuery({ true: pair.label, predicted: pair.predicted, picture: undefined });
  const isSmall = value.labels.length <= mostInMatrix;
  return (
    <>
      <section class="card">
        <div class="row between">
          <h2>What is taken for what</h2>
          {isOpen(run) && <Button onPress={() => setTurn(turn + 1)}>Measure again</Button>}
        </div>
        <p>
          {accuracyWords(pictures === 0 ? undefined : right / pictures, pictures)} right
          {isOpen(run) ? ', by the best so far; it is not done training' : ', by its best parameters'}.{' '}
          {right < pictures && 'Press a count to see its pictures.'}
        </p>
        {!isSmall && <MostConfused pairs={confusedPairs(value)} chosen={chosen} onChoose={choose} />}
        {isSmall ? (
          <Matrix confusion={value} chosen={chosen} onChoose={choose} />
        ) : (
          <WholeMatrix confusion={value} chosen={chosen} onChoose={choose} />
        )}
      </section>
      {chosen && (
        <Mistakes
          key={`${chosen.label}/${chosen.predicted}`}
          run={run}
          of={chosen}
          query={query}
          name="picture"
          inputs={inputs}
          onClose={() => setQuery({ true: undefined, predicted: undefined, picture: undefined })}
        />
      )}
      {right < pictures && <Mistakes run={run} query={query} name="worst" inputs={inputs} />}
      <ClassResults confusion={value} />
    </>
  );
}

// Drawn when it is opened: a hundred classes are ten thousand cells.
function WholeMatrix(attributes: Parameters<typeof Matrix>[0]) {
  const [isOpened, setIsOpened] = useState(false);
  return (
    <details onToggle={event => setIsOpened(event.currentTarget.open)}>
      <summary>All {attributes.confusion.labels.length} classes as a matrix</summary>
      {isOpened && <Matrix {...attributes} />}
    </details>
  );
}
