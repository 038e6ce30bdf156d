import { useEffect, useState } from 'preact/hooks';
import { Button, Notice } from '../../components/basics';
import { byPath, droppedFiles, FileButton, isJunk } from '../../components/files';

const canReadClipboard = 'clipboard' in navigator && 'read' in navigator.clipboard;

/** Takes pictures by drop, choice, paste and camera. */
export function GivePictures({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const [isOver, setIsOver] = useState(false);
  const [words, setWords] = useState<string>();
  const take = (files: readonly File[], none: string) => {
    const pictures = files.filter(file => !isJunk(file)).toSorted(byPath);
    setWords(pictures.length === 0 ? none : undefined);
    if (pictures.length > 0) onFiles(pictures);
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      take(files, '');
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  });
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    if (event.dataTransfer) take(await droppedFiles(event.dataTransfer), 'There was no file in what you dropped.');
  };
  const readClipboard = async () => {
    try {
      take(await clipboardPictures(), 'There is no picture in the clipboard. Copy one first.');
    } catch {
      setWords('The browser did not let the page read the clipboard. Press Ctrl+V (on a Mac, ⌘V) instead.');
    }
  };
  const one = { accept: 'image/*' };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what can be dropped can be chosen by the buttons as well
    <div
      class={`drop ${isOver ? 'over' : ''}`}
      onDragOver={event => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={event => void drop(event)}
    >
      <p>Drop a picture here, several, or a folder; or paste one.</p>
      <div class="row centred">
        <FileButton
          words="Choose pictures"
          kind="primary"
          multiple
          {...one}
          onFiles={files => take(files, 'You chose no picture.')}
        />
        <FileButton
          words="Choose a folder"
          webkitdirectory
          onFiles={files => take(files, 'There is no picture in this folder.')}
        />
        <span class="touch-only">
          <FileButton words="Take a picture" capture="environment" {...one} onFiles={files => take(files, '')} />
        </span>
        <Button
          off={!canReadClipboard && 'Press Ctrl+V: browsers let pages read the clipboard by https only.'}
          onPress={() => void readClipboard()}
        >
          Paste
        </Button>
      </div>
      {words && <Notice kind="warning">{words}</Notice>}
    </div>
  );
}

async function clipboardPictures(): Promise<File[]> {
  const found: File[] = [];
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find(each => each.startsWith('image/'));
    if (type) found.push(new File([await item.getType(type)], 'the pasted picture', { type }));
  }
  return found;
}
