import type { Run } from '../../api/types';
import { Download } from '../../components/download';
import { hasModel } from '../../logic/runs';

/** The name that the file of the best parameters gets. */
export const bestFile = (run: Run): string => `${run.id}-best.safetensors`;

/** What a run has learned, as files. */
export function ParameterFiles({ run }: { run: Run }) {
  const path = `api/runs/${run.id}/parameters`;
  return (
    <div class="row">
      <Download path={path} name={bestFile(run)} off={!hasModel(run) && 'It is there after the first epoch.'}>
        Download the best parameters
      </Download>
      <Download
        path={`${path}?which=last`}
        name={`${run.id}-last.safetensors`}
        off={run.state !== 'completed' && 'Those of the last iteration are there when the run is done.'}
      >
        Download the last parameters
      </Download>
    </div>
  );
}
