import { useState } from 'preact/hooks';
import { post, remove } from '../../api/client';
import type { Run } from '../../api/types';
import { Button, Confirm, Failure } from '../../components/basics';
import { isOpen } from '../../logic/runs';
import { go, href } from '../../router';

const questions = {
  cancel: {
    title: 'Cancel this run?',
    words: 'It ends after the iteration that it is in, and cannot go on. What it has learned best so far stays.',
    action: 'Cancel it',
  },
  delete: {
    title: 'Delete this run?',
    words: 'Its curves, its parameters and its events go. This cannot be taken back.',
    action: 'Delete it',
  },
};

/** What can be done with a run, and what that will do. */
export function Actions({ run, onDone }: { run: Run; onDone: () => void }) {
  const [error, setError] = useState<unknown>();
  const [asked, setAsked] = useState<keyof typeof questions>();
  const act = async (work: () => Promise<unknown>) => {
    setError(undefined);
    try {
      await work();
      onDone();
    } catch (failed) {
      setError(failed);
    }
  };
  const answer = (yes: boolean) => {
    const what = asked;
    setAsked(undefined);
    if (!yes) return;
    if (what === 'cancel') void act(() => post(`api/runs/${run.id}/cancel`));
    if (what === 'delete') void act(() => remove(`api/runs/${run.id}`).then(() => go('')));
  };
  return (
    <div class="row">
      {(run.state === 'running' || run.state === 'queued') && (
        <Button onPress={() => void act(() => post(`api/runs/${run.id}/pause`))}>Pause</Button>
      )}
      {run.state === 'paused' && (
        <Button kind="primary" onPress={() => void act(() => post(`api/runs/${run.id}/resume`))}>
          Resume
        </Button>
      )}
      {isOpen(run) && <Button onPress={() => setAsked('cancel')}>Cancel</Button>}
      <a class="button" href={href(`new?template=${run.id}`)}>
        Use as template
      </a>
      {run.state !== 'running' && (
        <Button kind="danger" onPress={() => setAsked('delete')}>
          Delete
        </Button>
      )}
      <Failure error={error} />
      {asked && (
        <Confirm title={questions[asked].title} action={questions[asked].action} onAnswer={answer}>
          {questions[asked].words}
        </Confirm>
      )}
    </div>
  );
}
