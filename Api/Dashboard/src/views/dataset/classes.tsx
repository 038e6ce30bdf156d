import type { Dataset } from '../../api/types';
import { Picture } from '../../components/picture';
import { count } from '../../logic/formats';
import { type Sheet, sheetPath, sheets } from '../../logic/sheets';
import { splitOfClass, splitWords } from '../../logic/split';
import { setQuery } from '../../router';

type ClassCounts = Dataset['classes'][number];
type Part = 'train' | 'test';

const firstPictures = 12;

/** The classes: how many pictures each has, how a run divides them, and the pictures themselves. */
export function Classes({ dataset, query }: { dataset: Dataset; query: URLSearchParams }) {
  const most = Math.max(1, ...dataset.classes.map(({ train, test }) => train + test));
  const hasTest = dataset.testImages > 0;
  return (
    <section class="card">
      <h2>Classes</h2>
      <p class="quiet">
        A run learns from the <span class="key learn">training pictures</span>, but for{' '}
        <span class="key held">a tenth of each class that is held out</span> to measure what it has learned
        {hasTest ? (
          <>
            ; the <span class="key test">test part</span> measures it once more at the end.
          </>
        ) : (
          '. There is no test part.'
        )}
      </p>
      <ul class="classes">
        {dataset.classes.map(one => (
          <ClassOf
            key={one.label}
            dataset={dataset}
            one={one}
            most={most}
            open={query.get('class') === one.label}
            part={query.get('part')}
          />
        ))}
      </ul>
    </section>
  );
}

function ClassOf({
  dataset,
  one,
  most,
  open,
  part,
}: {
  dataset: Dataset;
  one: ClassCounts;
  most: number;
  open: boolean;
  part: string | null;
}) {
  const { label, train, test } = one;
  const shown: Part = (open && part === 'test' && test > 0) || train === 0 ? 'test' : 'train';
  const images = shown === 'train' ? train : test;
  const toggle = () => setQuery({ class: open ? undefined : label, part: undefined });
  return (
    <li class="stack">
      <div class="row between">
        <h3>{label}</h3>
        <span class="row">
          <span class="quiet">{splitWords(splitOfClass(one))}</span>
          {(open || images > firstPictures || (train > 0 && test > 0)) && (
            <button type="button" class="plain" aria-expanded={open} onClick={toggle}>
              {open ? 'Show fewer' : `Show all ${count(train + test)}`}
              <span class="unseen"> of {label}</span>
            </button>
          )}
        </span>
      </div>
      <SplitBar one={one} most={most} />
      {open && train > 0 && test > 0 && (
        <fieldset class="row">
          <legend class="unseen">Part of {label} to show</legend>
          {(['train', 'test'] as const).map(name => (
            <button
              key={name}
              type="button"
              aria-pressed={shown === name}
              onClick={() => setQuery({ part: name === 'train' ? undefined : name })}
            >
              {name === 'train' ? `Training (${count(train)})` : `Test (${count(test)})`}
            </button>
          ))}
        </fieldset>
      )}
      {open ? (
        <AllPictures key={shown} dataset={dataset.name} part={shown} label={label} images={images} />
      ) : (
        <FirstPictures dataset={dataset.name} part={shown} label={label} images={images} />
      )}
    </li>
  );
}

function SplitBar({ one, most }: { one: ClassCounts; most: number }) {
  return (
    <div class="split" aria-hidden="true">
      {Object.entries(splitOfClass(one)).map(([name, images]) => (
        <span key={name} class={`piece ${name}`} style={{ width: `${(100 * images) / most}%` }} />
      ))}
    </div>
  );
}

interface Shown {
  dataset: string;
  part: Part;
  label: string;
  images: number;
}

function FirstPictures({ images, ...shown }: Shown) {
  return (
    <div class="sheets first">
      {sheets(Math.min(images, firstPictures), firstPictures, 1).map(sheet => (
        <SheetOf key={sheet.offset} {...shown} sheet={sheet} across={firstPictures} />
      ))}
    </div>
  );
}

// Sheets are loaded as they come into view, and take their place before that, so that scrolling stays smooth.
function AllPictures({ images, ...shown }: Shown) {
  const wide = matchMedia('(min-width: 40rem)').matches;
  const [columns, rows] = wide ? [16, 8] : [8, 16];
  return (
    <div class="sheets">
      {sheets(images, columns, rows).map(sheet => (
        <SheetOf key={sheet.offset} {...shown} sheet={sheet} across={columns} />
      ))}
    </div>
  );
}

function SheetOf({ dataset, part, label, sheet, across }: Omit<Shown, 'images'> & { sheet: Sheet; across: number }) {
  const { offset, columns, rows } = sheet;
  const last = offset + columns * rows;
  return (
    <div style={{ width: `${(100 * columns) / across}%`, aspectRatio: `${columns} / ${rows}` }}>
      <Picture
        path={sheetPath(dataset, part, label, sheet)}
        alt={`Pictures ${count(offset + 1)} to ${count(last)} of ${label}`}
        width={columns * 32}
        height={rows * 32}
      />
    </div>
  );
}
