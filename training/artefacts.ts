import { textOf } from '../engine/core/message.ts';
import type { Device } from '../engine/core/config.ts';
import { EngineError } from '../engine/core/errors.ts';
import { goldenAnswers, loadModel, type LoadedModel } from '../engine/pipeline/load-model.ts';
import { checkGolden, fewestGoldenVectors, type Artefact, type GoldenVector } from '../models/artefact.ts';
import type { CetInput } from '../models/cet/example.ts';
import type { LppmInput } from '../models/lppm/example.ts';
import { artefactKinds, type ArtefactDescription, type ArtefactKind } from '../models/manifest.ts';
import type { OpenBundle, Registry } from '../models/registry/registry.ts';
import type { AnsweredTurn } from './examples/answered-turn.ts';
import { cetExamples } from './examples/cet-examples.ts';
import { lppmExamples } from './examples/lppm-examples.ts';
import type { PayloadTool } from './examples/payload-tools.ts';
import { disposeAll, type Learned, type LearnedModels } from './learned.ts';

export type DescriptionOf = (kind: ArtefactKind) => ArtefactDescription;

/** Candidates of a golden context question; a thousand would make the artefact large for nothing. */
const goldenCandidates = 20;
const goldenWanted = 2 * fewestGoldenVectors;

/**
 * Saves, seals and publishes each learned model with golden vectors from the log, and loads it again as a server would:
 * a model that does not come back as it was learned is set aside here, not after its promotion. Returns artefact ids by tier.
 * @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH
 */
export async function publishModels(
  learned: Pick<Learned, 'models'>,
  turns: readonly AnsweredTurn[],
  payloadTools: ReadonlyMap<string, PayloadTool>,
  registry: Registry,
  device: Device,
  describe: DescriptionOf,
): Promise<Partial<Record<ArtefactKind, string>>> {
  const published: Partial<Record<ArtefactKind, Artefact>> = {};
  for (const kind of artefactKinds) {
    const model = learned.models[kind];
    if (model === null) continue;
    const inputs = goldenInputs(kind, turns, payloadTools);
    const outputs = await goldenAnswers({ kind, model } as LoadedModel, inputs);
    const golden: GoldenVector[] = inputs.map((input, index) => ({ input, output: outputs[index] }));
    const folder = await registry.workspace();
    await model.save(folder);
    published[kind] = await registry.publish(folder, describe(kind), golden);
  }
  await disposeAll(await loadModels({ artefacts: published }, registry, device));
  return Object.fromEntries(Object.entries(published).map(([kind, { id }]) => [kind, id]));
}

/** Distinct inputs as they occur, evenly over the log, and shortened ones where the log is small. */
function goldenInputs(
  kind: ArtefactKind,
  turns: readonly AnsweredTurn[],
  payloadTools: ReadonlyMap<string, PayloadTool>,
): unknown[] {
  if (kind === 'dtr') {
    const texts = turns.map((turn) => textOf(turn.message));
    return spread(texts, (text) => [text.slice(0, text.length >> 1), text.slice(text.length >> 1)]);
  }
  if (kind === 'lppm') {
    const inputs = lppmExamples(turns, payloadTools).map((example) => example.input);
    return spread(inputs, (input: LppmInput) =>
      input.turns.map((_, last) => ({ turns: input.turns.slice(0, last + 1) })),
    );
  }
  const inputs = cetExamples(turns).map(({ input }) => ({
    ...input,
    candidates: input.candidates.slice(-goldenCandidates),
  }));
  return spread(inputs, (input: CetInput) =>
    input.candidates.map((_, last) => ({ ...input, candidates: input.candidates.slice(0, last + 1) })),
  );
}

function spread<Input>(inputs: readonly Input[], shorten: (input: Input) => readonly Input[]): Input[] {
  const chosen = new Map<string, Input>();
  const add = (input: Input | undefined): void => {
    if (input !== undefined && chosen.size < goldenWanted) chosen.set(JSON.stringify(input), input);
  };
  const step = Math.max(1, Math.floor(inputs.length / goldenWanted));
  for (let index = 0; index < inputs.length; index += step) add(inputs[index]);
  for (const input of inputs) {
    if (chosen.size >= goldenWanted) break;
    for (const shorter of shorten(input)) add(shorter);
  }
  return [...chosen.values()];
}

/**
 * Loads the models of a bundle and asks each its golden questions. A model that answers otherwise here is set aside.
 * @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH
 */
export async function loadModels(
  opened: Pick<OpenBundle, 'artefacts'>,
  registry: Registry,
  device: Device,
): Promise<LearnedModels> {
  const models: { -readonly [Kind in ArtefactKind]: LearnedModels[Kind] } = { dtr: null, lppm: null, cet: null };
  try {
    for (const kind of artefactKinds) {
      const artefact = opened.artefacts[kind];
      if (artefact === undefined) continue;
      const loaded = await loadModel(kind, artefact.folder, device);
      Object.assign(models, { [kind]: loaded.model });
      try {
        await checkGolden(artefact, (inputs) => goldenAnswers(loaded, inputs));
      } catch (error) {
        if (EngineError.isInstance(error)) await registry.quarantine(artefact.id, error.message);
        throw error;
      }
    }
  } catch (error) {
    await disposeAll(models);
    throw error;
  }
  return models;
}
