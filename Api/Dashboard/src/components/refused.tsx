import type { RefusedFile } from '../api/types';
import { counted, count as counts } from '../logic/formats';

/** The files that were left out, with reasons: the first of them, and how many there are. */
export function Refused({ files, count }: { files: readonly RefusedFile[]; count: number }) {
  if (count === 0) return null;
  return (
    <details open={count <= 10}>
      <summary>{counted(count, 'file was refused', 'files were refused')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scrolls refused" tabIndex={0} aria-label="Refused files">
        <table>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {files.map(({ file, reason }) => (
              <tr key={file}>
                <td>{file}</td>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {count > files.length && <p class="quiet">These are the first {counts(files.length)}.</p>}
    </details>
  );
}
