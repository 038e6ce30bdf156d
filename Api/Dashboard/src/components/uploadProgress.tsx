import { type Choice, filesSent } from '../logic/choice';
import { bytes, count } from '../logic/formats';
import { Button } from './basics';
import { uploads } from './uploads';

/** How much of an upload has gone, in megabytes and files, and then that the service reads it. */
export function UploadProgress({
  name,
  choice,
  sent,
  total,
}: {
  name: string;
  choice: Choice;
  sent: number;
  total: number;
}) {
  const all = sent >= total;
  const files = choice.ends && filesSent(choice.ends, sent - Math.max(0, total - choice.content.size));
  return (
    <div class="stack">
      <h2>{all ? `The service reads the pictures of ${name}` : `Sending ${name}`}</h2>
      <progress aria-label="Sent" max={total} value={all ? undefined : sent} />
      <p class="quiet">
        {bytes(sent)} of {bytes(total)}
        {files !== undefined && `, ${count(files)} of ${count(choice.ends?.length ?? 0)} files`}
      </p>
      <div class="row">
        <Button onPress={() => uploads.cancel()}>Cancel</Button>
        <span class="quiet">It goes on while you look at other views of this page.</span>
      </div>
      <span class="unseen" role="status">
        {all ? 'All is sent; the service reads the pictures.' : 'Sending'}
      </span>
    </div>
  );
}
