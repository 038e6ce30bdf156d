import { useState } from 'preact/hooks';
import { remove } from '../../api/client';
import type { Run } from '../../api/types';
import { Button, Confirm, Failure, Notice } from '../../components/basics';
import { counted } from '../../logic/formats';
import { deletionWords, isDeletable, mostSelected, notComparable, notDeletable } from '../../logic/selection';
import { go, setQuery } from '../../router';

/** What can be done with the selected runs; it stays in sight while some are. */
export function Selection({ selected, onDeleted }: { selected: readonly Run[]; onDeleted: () => void }) {
  const [asked, setAsked] = useState(false);
  const [done, setDone] = useState<number>();
  const [refused, setRefused] = useState<{ run: Run; error: unknown }[]>([]);
  const deletable = selected.filter(isDeletable);

  const deleteThem = async () => {
    const failed: { run: Run; error: unknown }[] = [];
    for (const [i, run] of deletable.entries()) {
      setDone(i);
      await remove(`api/runs/${run.id}`).catch(error => failed.push({ run, error }));
    }
    setDone(undefined);
    setRefused(failed);
    setQuery({ selected: failed.map(({ run }) => run.id).join(',') });
    onDeleted();
  };
  const answer = (yes: boolean) => {
    setAsked(false);
    if (yes) void deleteThem();
  };
  const busy = done !== undefined && `Deleting ${done + 1} of ${deletable.length}.`;
  const many = counted(deletable.length, 'run');
  return (
    <section class={selected.length > 0 ? 'card selection' : 'card'} aria-label="Selected runs">
      <div class="row">
        {selected.length > 0 && (
          <strong role="status">
            {counted(selected.length, 'run')} selected{selected.length >= mostSelected ? ', the most at once' : ''}
          </strong>
        )}
        <Button
          off={busy || notComparable(selected)}
          onPress={() => go(`compare?ids=${selected.map(run => run.id).join(',')}`)}
        >
          Compare
        </Button>
        {selected.length > 0 && (
          <>
            <Button kind="danger" off={busy || notDeletable(selected)} onPress={() => setAsked(true)}>
              Delete
            </Button>
            <Button kind="plain" onPress={() => setQuery({ selected: undefined })}>
              Select none
            </Button>
          </>
        )}
      </div>
      {refused.length > 0 && (
        <Notice kind="warning">
          {counted(refused.length, 'run is', 'runs are')} still there, as the service refused.
        </Notice>
      )}
      {refused.map(({ run, error }) => (
        <Failure key={run.id} error={error} />
      ))}
      {asked && (
        <Confirm title={`Delete ${many}?`} action={`Delete ${many}`} keep="Keep all" onAnswer={answer}>
          {deletionWords(selected)}
        </Confirm>
      )}
    </section>
  );
}
