import type { Confusion } from '../../api/types';
import { Bars } from '../../components/basics';
import { classResults, shareWords } from '../../logic/confusion';

/** Recall and precision of each class. */
export function ClassResults({ confusion }: { confusion: Confusion }) {
  const results = classResults(confusion);
  const bars = (wholeOf: (of: (typeof results)[number]) => number) =>
    results.map(of => ({
      label: of.label,
      share: wholeOf(of) === 0 ? 0 : of.right / wholeOf(of),
      text: shareWords(of.right, wholeOf(of)),
    }));
  return (
    <div class="cards">
      <section class="card measured">
        <h2>Recall</h2>
        <p class="quiet">Of the pictures of a class, how many are recognised.</p>
        <Bars items={bars(of => of.pictures)} />
      </section>
      <section class="card measured">
        <h2>Precision</h2>
        <p class="quiet">Of the pictures that are taken for a class, how many are of it.</p>
        <Bars items={bars(of => of.taken)} />
      </section>
    </div>
  );
}
