import { Failure } from '../components/basics';
import { DropZone } from '../components/dropZone';
import { Picture } from '../components/picture';
import { isBuiltIn, useDatasets } from '../components/useDatasets';
import { count, time } from '../logic/formats';
import { previewPath } from '../logic/sheets';
import { href } from '../router';

const previewed = 6;

/** All datasets, and the place where a new one is dropped. */
export function Datasets() {
  const { value: datasets, error } = useDatasets();
  return (
    <>
      <section class="card">
        <h1>Datasets</h1>
        <DropZone taken={datasets?.map(({ name }) => name) ?? []} />
      </section>
      <section class="card">
        <h2>All datasets</h2>
        {!datasets && (error ? <Failure error={error} /> : <p role="status">Loading…</p>)}
        {datasets && (
          <div class="scrolls">
            <table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col" class="wide-only">
                    Pictures
                  </th>
                  <th scope="col" class="number">
                    To train
                  </th>
                  <th scope="col" class="number">
                    To test
                  </th>
                  <th scope="col" class="number">
                    Classes
                  </th>
                  <th scope="col" class="wide-only">
                    Size
                  </th>
                  <th scope="col" class="wide-only">
                    Uploaded
                  </th>
                </tr>
              </thead>
              <tbody>
                {datasets.map(dataset => (
                  <tr key={dataset.name}>
                    <td>
                      <a href={href(`datasets/${dataset.name}`)}>{dataset.name}</a>
                      {isBuiltIn(dataset) && <span class="quiet"> built in</span>}
                    </td>
                    <td class="wide-only">
                      <Picture
                        path={previewPath(dataset.name, dataset.trainImages, previewed)}
                        alt={`Pictures of ${dataset.name}`}
                        width={previewed * 32}
                        height={32}
                      />
                    </td>
                    <td class="number">{count(dataset.trainImages)}</td>
                    <td class="number">{count(dataset.testImages)}</td>
                    <td class="number">{count(dataset.classes.length)}</td>
                    <td class="wide-only">
                      {dataset.size}x{dataset.size} {dataset.channels === 1 ? 'grey' : 'colour'}
                    </td>
                    <td class="wide-only">{time(dataset.createdAt)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}
