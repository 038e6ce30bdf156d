import { useRef } from 'preact/hooks';
import { Button } from './basics';
import { dropped } from './dropped';

/** A button that lets choose files. */
export function FileButton({
  words,
  kind,
  onFiles,
  ...rest
}: {
  words: string;
  kind?: 'primary';
  onFiles: (files: File[]) => void;
  accept?: string;
  multiple?: boolean;
  capture?: 'environment';
  webkitdirectory?: boolean;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        {...rest}
        onChange={event => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = ''; // the same file can be chosen again
        }}
      />
      <Button {...(kind ? { kind } : {})} onPress={() => input.current?.click()}>
        {words}
      </Button>
    </>
  );
}

/** The files of a drop, those in its folders too, each with its path where it lies in one; to be called while the event is handled. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const files = await dropped(transfer)(() => {});
  return files.map(({ path, file }) => (path === file.name ? file : withPath(file, path)));
}

const withPath = (file: File, path: string): File =>
  Object.defineProperty(file, 'webkitRelativePath', { value: path, configurable: true });

/** A file's path in the folder that was chosen, or its name. */
export const pathOf = (file: File): string => file.webkitRelativePath || file.name;

/** The order in which people count: p2 before p10. */
export const byPath = (a: File, b: File): number => pathOf(a).localeCompare(pathOf(b), 'en', { numeric: true });

/** Whether a file is one that systems leave in folders, such as .DS_Store. */
export const isJunk = (file: File): boolean => /^(\..*|thumbs\.db|desktop\.ini)$/i.test(file.name);
