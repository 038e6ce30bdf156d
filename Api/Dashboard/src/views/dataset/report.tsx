import type { DatasetReport } from '../../api/types';
import { Notice } from '../../components/basics';
import { Refused } from '../../components/refused';
import { counted } from '../../logic/formats';

/** What the pre-flight of a run tells as well, each time that the dataset is shown. */
const toldAnyway = ['few-pictures', 'no-validation-picture', 'equal-pictures-in-classes', 'equal-pictures-in-parts'];

/** What became of an upload: how it was read, and what was left out. */
export function Report({ report }: { report: DatasetReport }) {
  const warnings = (report.warnings ?? []).filter(({ code }) => !toldAnyway.includes(code ?? ''));
  return (
    <section class="card">
      <h2>What became of the upload</h2>
      <p>
        It was read as {report.layout}. {refusedWords(report.refusedCount ?? 0)}
        {report.ignored ? ` ${counted(report.ignored, 'file')} that systems leave in folders stayed out.` : ''}
      </p>
      {warnings.map(({ code, detail }) => (
        <Notice key={code} kind="warning">
          {detail}
        </Notice>
      ))}
      <Refused files={report.refused ?? []} count={report.refusedCount ?? 0} />
    </section>
  );
}

const refusedWords = (files: number) => (files === 0 ? 'No file was refused.' : '');
