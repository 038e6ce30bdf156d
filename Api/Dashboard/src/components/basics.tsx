import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Problem } from '../api/client';
import type { Run } from '../api/types';

/** A box with something to know. */
export function Notice({
  kind = 'info',
  children,
}: {
  kind?: 'info' | 'warning' | 'error';
  children: ComponentChildren;
}) {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : undefined}>
      {children}
    </div>
  );
}

/** What went wrong, in the words of the service; those of fields that are shown elsewhere are left out. */
export function Failure({ error, shown = [] }: { error: unknown; shown?: readonly string[] }) {
  if (error === undefined || error === null) return null;
  const problem = error instanceof Problem ? error : undefined;
  const fields = Object.entries(problem?.errors ?? {}).filter(
    ([field, words]) => !shown.includes(field) && problem?.detail !== `${field}: ${words.join(' ')}`,
  );
  return (
    <Notice kind="error">
      {problem ? problem.detail || problem.title : String(error instanceof Error ? error.message : error)}
      {fields.length > 0 && (
        <ul>
          {fields.map(([field, words]) => (
            <li key={field}>
              <strong>{field}</strong>: {words.join(' ')}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}

/** A button that is never off without saying why. */
export function Button({
  children,
  kind,
  off,
  onPress,
  ...rest
}: {
  children: ComponentChildren;
  kind?: 'primary' | 'danger' | 'plain';
  off?: string | false | undefined;
  onPress?: () => void;
  type?: 'button' | 'submit';
  id?: string;
  'aria-label'?: string;
  'aria-pressed'?: boolean;
}) {
  const reason = useId();
  return (
    <>
      <button
        type="button"
        class={kind}
        disabled={!!off}
        aria-describedby={off ? reason : undefined}
        onClick={onPress}
        {...rest}
      >
        {children}
      </button>
      {off && (
        <span class="quiet" id={reason}>
          {off}
        </span>
      )}
    </>
  );
}

/** A labelled control with its hint and what the service has against its value. */
export function Field({
  label,
  hint,
  wrong,
  children,
}: {
  label: string;
  hint?: ComponentChildren;
  wrong?: readonly string[] | undefined;
  children: (attributes: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => JSX.Element;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-words`, 'aria-invalid': !!wrong })}
      <div id={`${id}-words`}>
        {wrong && <div class="wrong">{wrong.join(' ')}</div>}
        {hint && <div class="quiet">{hint}</div>}
      </div>
    </div>
  );
}

/** Shares as bars, each with its label and what is written behind it. */
export function Bars({ items }: { items: readonly { label: string; share: number; text: string }[] }) {
  return (
    <div class="bars">
      {items.map(({ label, share, text }) => (
        <>
          <span key={label}>{label}</span>
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${100 * Math.min(1, Math.max(0, share))}%` }} />
          </span>
          <span>{text}</span>
        </>
      ))}
    </div>
  );
}

/** The word for each state. */
export const stateWords: Record<Run['state'], string> = {
  queued: 'Waiting',
  running: 'Training',
  paused: 'Paused',
  completed: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** The word for a run's state. */
export const stateWord = (run: Run): string =>
  run.requested ? (run.requested === 'pause' ? 'Pausing' : 'Cancelling') : stateWords[run.state];

/** A run's state. */
export function State({ run }: { run: Run }) {
  const place = run.state === 'queued' && run.queuePosition ? `, place ${run.queuePosition}` : '';
  return <span class={`state ${run.state}`}>{stateWord(run) + place}</span>;
}

/** Views beside one another, of which one is shown; arrow keys go through them. */
export function Tabs({
  names,
  chosen,
  label,
  onChoose,
}: {
  names: readonly (readonly [string, string])[];
  chosen: string;
  label: string;
  onChoose: (name: string) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const at = names.findIndex(([name]) => name === chosen);
    const [next] = names[(at + by + names.length) % names.length] as readonly [string, string];
    onChoose(next);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={step}>
      {names.map(([name, words]) => (
        <button
          key={name}
          type="button"
          role="tab"
          data-tab={name}
          id={`tab-${name}`}
          aria-controls={`panel-${name}`}
          aria-selected={name === chosen}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}

/** What a tab shows. */
export function TabPanel({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="stack" role="tabpanel" id={`panel-${name}`} aria-labelledby={`tab-${name}`}>
      {children}
    </div>
  );
}

/** A question before something that cannot be taken back. */
export function Confirm({
  title,
  children,
  action,
  keep = 'Keep it',
  onAnswer,
}: {
  title: string;
  children: ComponentChildren;
  action: string;
  keep?: string;
  onAnswer: (yes: boolean) => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={() => onAnswer(dialog.current?.returnValue === 'yes')}>
      <form method="dialog" class="stack">
        <h2 id={id}>{title}</h2>
        <div>{children}</div>
        <div class="row">
          <button class="danger" type="submit" value="yes">
            {action}
          </button>
          <button type="submit" value="no">
            {keep}
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** Text to copy, with a button that does it. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div class="stack">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scrolls" tabIndex={0} aria-label={label}>
        <pre>
          <code>{text}</code>
        </pre>
      </section>
      <div class="row">
        <Button onPress={() => void copy()}>Copy</Button>
        <span class="quiet" role="status">
          {copied ? 'Copied.' : ''}
        </span>
      </div>
    </div>
  );
}
