import { useRef } from 'preact/hooks';
import { nextPlace } from '../logic/grid';
import { Failure } from './basics';
import { usePictureUrl } from './picture';

const columns = 16;
const leastSide = 48;
const mostSide = 64;

/** Many pictures of a dataset in one: one request for all of them. */
export interface Sheet {
  url: string | undefined;
  error: unknown;
  columns: number;
  rows: number;
  /** The height and width of each picture in pixels. */
  size: number;
}

/** Loads pictures of a part of a dataset, by their places in it, as one sheet. */
export function useSheet(dataset: string, part: string, size: number, indices: readonly number[]): Sheet {
  const rows = Math.max(1, Math.ceil(indices.length / columns));
  const query = new URLSearchParams({ part, indices: indices.join(), columns: `${columns}`, rows: `${rows}` });
  const { url, error } = usePictureUrl(
    indices.length === 0 ? undefined : `api/datasets/${encodeURIComponent(dataset)}/sheet.png?${query}`,
  );
  return { url, error, columns, rows, size };
}

/** One picture of a sheet, at a size on the screen. */
export function Sprite({ sheet, at, side, alt }: { sheet: Sheet; at: number; side: number; alt?: string }) {
  const style = {
    width: `${side}px`,
    height: `${side}px`,
    backgroundImage: sheet.url && `url(${sheet.url})`,
    backgroundSize: `${sheet.columns * side}px ${sheet.rows * side}px`,
    backgroundPosition: `${-side * (at % sheet.columns)}px ${-side * Math.floor(at / sheet.columns)}px`,
  };
  return alt === undefined ? (
    <span class="pixels sprite" style={style} />
  ) : (
    <span class="pixels sprite" style={style} role="img" aria-label={alt} />
  );
}

/** A picture to choose: its place in its part, what screen readers say, and what stands below it. */
export interface Choice {
  index: number;
  words: string;
  caption?: string;
}

/** Pictures of which one is chosen, by pointer or by arrow keys; in the order of the sheet. */
export function PictureGrid({
  sheet,
  choices,
  chosen,
  label,
  onChoose,
}: {
  sheet: Sheet;
  choices: readonly Choice[];
  /** The place of the chosen one in its part. */
  chosen: number | undefined;
  label: string;
  onChoose: (index: number) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  if (choices.length === 0) return null;
  const chosenAt = choices.findIndex(choice => choice.index === chosen);
  const side = sheetSide(sheet.size);
  const step = (event: KeyboardEvent) => {
    const options = [...(list.current?.children ?? [])] as HTMLElement[];
    const at = options.indexOf(document.activeElement as HTMLElement);
    const next = nextPlace(event.key, at, options.length, inRow(options));
    if (next === undefined) return;
    event.preventDefault();
    options[next]?.focus();
    onChoose((choices[next] as Choice).index);
  };
  return (
    <>
      <Failure error={sheet.error} />
      <div class="picture-grid" role="listbox" aria-label={label} ref={list} onKeyDown={step}>
        {choices.map(({ index, words, caption }, at) => (
          <button
            key={index}
            type="button"
            role="option"
            aria-label={words}
            aria-selected={index === chosen}
            tabIndex={at === Math.max(0, chosenAt) ? 0 : -1}
            onClick={() => onChoose(index)}
          >
            <Sprite sheet={sheet} at={at} side={side} />
            {caption && <span class="caption">{caption}</span>}
          </button>
        ))}
      </div>
    </>
  );
}

const sheetSide = (size: number) => Math.min(mostSide, size * Math.ceil(leastSide / size));

const inRow = (options: readonly HTMLElement[]): number =>
  options.filter(option => option.offsetTop === options[0]?.offsetTop).length;
