import { useEffect, useRef, useState } from 'preact/hooks';
import { proposedName } from '../logic/datasetNames';
import { counted } from '../logic/formats';
import type { PackedFile } from '../logic/tar';
import { go } from '../router';
import { Button, Failure } from './basics';
import { dropped, picked } from './dropped';
import { UploadForm } from './uploadForm';
import { UploadProgress } from './uploadProgress';
import { uploads, useUpload } from './uploads';

type Listing = (found: (files: number) => void) => Promise<PackedFile[]>;

/** Takes a folder, a zip or a tar, and uploads it: from the choice to the view of the new dataset. */
export function DropZone({ taken }: { taken: readonly string[] }) {
  const { step, fields } = useUpload();
  const names = useRef(taken);
  names.current = taken;
  const choose = (listing: Listing) => void uploads.choose(listing, from => proposedName(from, names.current));
  const over = useDrop(choose);
  useEffect(() => {
    const arrived = (event: Event) => go(`datasets/${(event as CustomEvent<string>).detail}`);
    uploads.addEventListener('arrived', arrived);
    return () => uploads.removeEventListener('arrived', arrived);
  }, []);
  if (step.at === 'sending') return <UploadProgress {...step} name={fields.name} />;
  if (step.at === 'chosen') return <UploadForm {...step} fields={fields} taken={taken} />;
  return (
    <>
      <div class={`drop ${over ? 'over' : ''}`}>
        {step.at === 'listing' ? (
          <p role="status">Looking into the folder: {counted(step.found, 'file')} so far</p>
        ) : (
          <Choosing onChosen={choose} />
        )}
      </div>
      {step.at === 'nothing' && <Failure error={step.error} />}
    </>
  );
}

function Choosing({ onChosen }: { onChosen: (listing: Listing) => void }) {
  const folder = useRef<HTMLInputElement>(null);
  const archive = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (folder.current) folder.current.webkitdirectory = true;
  }, []);
  const chosen = (event: Event) => {
    const { files } = event.currentTarget as HTMLInputElement;
    if (files && files.length > 0) onChosen(async () => picked(files));
  };
  return (
    <>
      <p>Drop a folder, a zip or a tar here, with a folder of pictures for each class.</p>
      <div class="row">
        <Button kind="primary" onPress={() => folder.current?.click()}>
          Choose a folder
        </Button>
        <Button onPress={() => archive.current?.click()}>Choose a zip or tar</Button>
      </div>
      <input ref={folder} type="file" hidden aria-label="Folder" onChange={chosen} />
      <input ref={archive} type="file" hidden accept=".zip,.tar,.gz,.tgz" aria-label="Archive" onChange={chosen} />
    </>
  );
}

// What is dropped beside the zone is meant for it too, and does not take the page away.
function useDrop(choose: (listing: Listing) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      choose(dropped(event.dataTransfer));
    };
    addEventListener('dragover', enter);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', enter);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return over;
}
