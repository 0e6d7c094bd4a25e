import type { Device } from '../core/config.ts';
import type { ArtefactKind } from '../../models/manifest.ts';
import type { CetInput } from '../../models/cet/example.ts';
import { CetModel } from '../../models/cet/model.ts';
import { DtrModel } from '../../models/dtr/model.ts';
import type { LppmInput } from '../../models/lppm/example.ts';
import { LppmModel } from '../../models/lppm/model.ts';

/** A model of one of the three kinds, with its kind beside it. */
export type LoadedModel =
  | { readonly kind: 'dtr'; readonly model: DtrModel }
  | { readonly kind: 'lppm'; readonly model: LppmModel }
  | { readonly kind: 'cet'; readonly model: CetModel };

/** @param notice told in one line where the device is missing @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH */
export async function loadModel(
  kind: ArtefactKind,
  folder: string,
  device: Device,
  notice?: (line: string) => void,
): Promise<LoadedModel> {
  const place = { device, ...(notice === undefined ? {} : { notice }) };
  if (kind === 'dtr') {
    const model = new DtrModel();
    await model.load(folder);
    return { kind, model };
  }
  if (kind === 'lppm') {
    const model = new LppmModel(place);
    await model.load(folder);
    return { kind, model };
  }
  const model = new CetModel(place);
  await model.load(folder);
  return { kind, model };
}

/**
 * What a model says to golden inputs, as plain JSON: the same questions are asked when an artefact is sealed and each
 * time it is loaded.
 */
export async function goldenAnswers(loaded: LoadedModel, inputs: readonly unknown[]): Promise<unknown[]> {
  if (loaded.kind === 'dtr') {
    const answers = await loaded.model.predict(inputs as readonly string[]);
    return answers.map(({ destinationKey, confidence, payload }) => ({ destinationKey, confidence, payload }));
  }
  if (loaded.kind === 'lppm') {
    const answers = await loaded.model.predict(inputs as readonly LppmInput[]);
    return answers.map(({ process, step, confidence, escalate }) => ({ process, step, confidence, escalate }));
  }
  const answers = await loaded.model.predict(inputs as readonly CetInput[]);
  return answers.map(({ scores }) => ({ scores: [...scores] }));
}
