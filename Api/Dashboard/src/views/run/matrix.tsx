import type { Confusion } from '../../api/types';
import { Button } from '../../components/basics';
import { classResults, type Pair } from '../../logic/confusion';
import { count, counted, percent } from '../../logic/formats';

interface Chosen {
  label: string;
  predicted: string;
}

const mostPairs = 50;
const shortLabel = 3;

/** How often each class is taken for which: a row for each true class, shaded by its share. */
export function Matrix({
  confusion,
  chosen,
  onChoose,
}: {
  confusion: Confusion;
  chosen: Chosen | undefined;
  onChoose: (pair: Chosen) => void;
}) {
  const { labels, counts } = confusion;
  const results = classResults(confusion);
  const upright = labels.every(label => label.length <= shortLabel);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scrolls" tabIndex={0} aria-label="Confusion matrix">
      <table class={`matrix ${upright ? '' : 'turned'}`}>
        <caption class="quiet">Rows: what the pictures are. Columns: what they are taken for.</caption>
        <thead>
          <tr>
            <td />
            {labels.map(label => (
              <th key={label} scope="col">
                <span>{label}</span>
              </th>
            ))}
            <th scope="col">
              <span>pictures</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {labels.map((label, row) => {
            const pictures = results[row]?.pictures ?? 0;
            return (
              <tr key={label}>
                <th scope="row">{label}</th>
                {labels.map((predicted, column) => (
                  <Cell
                    key={predicted}
                    label={label}
                    predicted={predicted}
                    pictures={counts[row]?.[column] ?? 0}
                    all={pictures}
                    isChosen={chosen?.label === label && chosen.predicted === predicted}
                    onChoose={onChoose}
                  />
                ))}
                <td class="number">{count(pictures)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Cell({
  label,
  predicted,
  pictures,
  all,
  isChosen,
  onChoose,
}: Chosen & { pictures: number; all: number; isChosen: boolean; onChoose: (pair: Chosen) => void }) {
  const isRight = label === predicted;
  const share = all === 0 ? 0 : pictures / all;
  const words = `${counted(pictures, 'picture')} of ${label} taken for ${predicted}, ${percent(share)} of the row`;
  return (
    <td class={isRight ? 'right' : 'mistaken'} style={{ '--share': share }} title={pictures === 0 ? undefined : words}>
      {isRight || pictures === 0 ? (
        <span class={pictures === 0 ? 'quiet' : undefined}>{count(pictures)}</span>
      ) : (
        <button type="button" aria-pressed={isChosen} aria-label={words} onClick={() => onChoose({ label, predicted })}>
          {count(pictures)}
        </button>
      )}
    </td>
  );
}

/** The classes that are most often taken for another. */
export function MostConfused({
  pairs,
  chosen,
  onChoose,
}: {
  pairs: readonly Pair[];
  chosen: Chosen | undefined;
  onChoose: (pair: Chosen) => void;
}) {
  if (pairs.length === 0) return null;
  return (
    <>
      <h3>Most confused pairs</h3>
      {pairs.length > mostPairs && (
        <p class="quiet">
          The first {count(mostPairs)} of {count(pairs.length)}.
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scrolls tall" tabIndex={0} aria-label="Most confused pairs">
        <table>
          <thead>
            <tr>
              <th scope="col">Is</th>
              <th scope="col">Taken for</th>
              <th scope="col">Pictures</th>
              <th scope="col" class="number">
                Of its class
              </th>
            </tr>
          </thead>
          <tbody>
            {pairs.slice(0, mostPairs).map(({ label, predicted, pictures, share }) => (
              <tr key={`${label}/${predicted}`}>
                <td>{label}</td>
                <td>{predicted}</td>
                <td>
                  <Button
                    aria-pressed={chosen?.label === label && chosen.predicted === predicted}
                    aria-label={`${counted(pictures, 'picture')} of ${label} taken for ${predicted}`}
                    onPress={() => onChoose({ label, predicted })}
                  >
                    {count(pictures)}
                  </Button>
                </td>
                <td class="number">{percent(share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
