import type { Dataset } from '../../api/types';
import { Field } from '../../components/basics';
import { Picture } from '../../components/picture';
import { counted } from '../../logic/formats';
import { href } from '../../router';

const mostClasses = 8;
const pictures = 4;
const side = 32;

/** The dataset to train on, with some pictures of its first classes. */
export function DatasetChoice({
  datasets,
  chosen,
  wrong,
  onChoose,
}: {
  datasets: readonly Dataset[];
  chosen: string;
  wrong: readonly string[] | undefined;
  onChoose: (name: string) => void;
}) {
  const dataset = datasets.find(({ name }) => name === chosen);
  const missing = chosen !== '' && !dataset ? [`There is no dataset "${chosen}".`] : undefined;
  return (
    <>
      <Field label="Dataset" wrong={wrong ?? missing}>
        {attributes => (
          <select
            {...attributes}
            value={dataset ? chosen : ''}
            onChange={({ currentTarget }) => onChoose(currentTarget.value)}
          >
            {!dataset && <option value="">Choose one</option>}
            {datasets.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      {dataset && (
        <>
          <p>
            {counted(dataset.trainImages, 'picture')} in {counted(dataset.classes.length, 'class', 'classes')}.{' '}
            <a href={href(`datasets/${dataset.name}`)}>See it</a>
          </p>
          <div class="class-samples" key={dataset.name}>
            {dataset.classes.slice(0, mostClasses).map(({ label, train }) => {
              const shown = Math.min(pictures, train);
              return (
                <figure key={label}>
                  <Picture
                    path={`api/datasets/${dataset.name}/sheet.png?part=train&label=${encodeURIComponent(label)}&columns=${shown}&rows=1`}
                    alt={`Pictures of the class ${label}`}
                    width={shown * side}
                    height={side}
                  />
                  <figcaption class="quiet">{label}</figcaption>
                </figure>
              );
            })}
            {dataset.classes.length > mostClasses && (
              <span class="quiet">and {dataset.classes.length - mostClasses} more</span>
            )}
          </div>
        </>
      )}
    </>
  );
}
