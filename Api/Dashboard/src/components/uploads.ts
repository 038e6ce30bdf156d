import { useEffect, useState } from 'preact/hooks';
import { Problem } from '../api/client';
import { keepReport } from '../api/reports';
import { upload } from '../api/upload';
import { type Choice, choiceOf } from '../logic/choice';
import type { Fit } from '../logic/fitting';
import type { PackedFile } from '../logic/tar';

/** What the service is to make of the pictures. */
export interface UploadFields {
  name: string;
  size: number;
  /** The way to bring pictures to size; `false` refuses those of another. */
  resize: Fit | 'false';
  background: string;
}

/** How far an upload is. */
export type UploadStep =
  | { at: 'nothing'; error?: unknown }
  | { at: 'listing'; found: number }
  | { at: 'chosen'; choice: Choice; error?: unknown }
  | { at: 'sending'; choice: Choice; sent: number; total: number };

const usual: Omit<UploadFields, 'name'> = { size: 32, resize: 'squash', background: '#000000' };

/** The one upload of the page, which goes on in whatever view the user is. */
class Uploads extends EventTarget {
  step: UploadStep = { at: 'nothing' };
  fields: UploadFields = { name: '', ...usual };
  private sending: AbortController | undefined;

  /** Takes the files that a folder's listing ends in; the name is proposed by what was chosen. */
  async choose(
    listing: (found: (files: number) => void) => Promise<PackedFile[]>,
    named: (from: string) => string,
  ): Promise<void> {
    if (this.step.at === 'listing' || this.step.at === 'sending') return;
    this.enter({ at: 'listing', found: 0 });
    try {
      const choice = choiceOf(await listing(found => this.enter({ at: 'listing', found })));
      if (!choice)
        throw new Error('There is no file in it. Choose a folder that holds a folder of pictures for each class.');
      this.fields = { name: named(choice.from), ...usual };
      this.enter({ at: 'chosen', choice });
    } catch (error) {
      this.enter({ at: 'nothing', error });
    }
  }

  /** Changes a field. */
  edit(change: Partial<UploadFields>): void {
    this.fields = { ...this.fields, ...change };
    this.dispatchEvent(new Event('changed'));
  }

  /** Sends what was chosen; when the dataset is there, `arrived` tells its name to the view that is then shown. */
  async send(): Promise<void> {
    if (this.step.at !== 'chosen') return;
    const { choice } = this.step;
    const { name, size, resize, background } = this.fields;
    const sending = new AbortController();
    this.sending = sending;
    const told = (sent: number, total: number) => {
      if (!sending.signal.aborted) this.enter({ at: 'sending', choice, sent, total });
    };
    told(0, choice.content.size);
    addEventListener('beforeunload', keepPage);
    try {
      const fields = { name, size: String(size), resize, background };
      const report = await upload({ ...choice, fields }, told, sending.signal);
      keepReport(report);
      this.enter({ at: 'nothing' });
      this.dispatchEvent(new CustomEvent<string>('arrived', { detail: report.name }));
    } catch (error) {
      const known = sending.signal.aborted || (error instanceof Problem && error.status === 401); // the page asks for the key
      this.enter({ at: 'chosen', choice, ...(known ? {} : { error }) });
    } finally {
      removeEventListener('beforeunload', keepPage);
    }
  }

  /** Stops sending; what was chosen stays so. */
  cancel(): void {
    this.sending?.abort();
  }

  /** Lets go of what was chosen. */
  forget(): void {
    this.enter({ at: 'nothing' });
  }

  private enter(step: UploadStep): void {
    this.step = step;
    this.dispatchEvent(new Event('changed'));
  }
}

// The browser asks before a page goes that is still sending.
const keepPage = (event: Event) => event.preventDefault();

export const uploads = new Uploads();

/** The upload as it is now. */
export function useUpload(): { step: UploadStep; fields: UploadFields } {
  const [state, set] = useState({ step: uploads.step, fields: uploads.fields });
  useEffect(() => {
    const update = () => set({ step: uploads.step, fields: uploads.fields });
    update();
    uploads.addEventListener('changed', update);
    return () => uploads.removeEventListener('changed', update);
  }, []);
  return state;
}
