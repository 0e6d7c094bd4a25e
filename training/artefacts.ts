import { textOf } from '../engine/core/message.ts';
import type { GoldenVector } from '../models/artefact.ts';
import { checkGolden, fewestGoldenVectors } from '../models/artefact.ts';
import { CetModel } from '../models/cet/model.ts';
import type { CetInput } from '../models/cet/example.ts';
import { DtrModel } from '../models/dtr/model.ts';
import { LppmModel } from '../models/lppm/model.ts';
import type { LppmInput } from '../models/lppm/example.ts';
import type { ArtefactDescription, ArtefactKind } from '../models/manifest.ts';
import { artefactKinds } from '../models/manifest.ts';
import type { OpenBundle, Registry } from '../models/registry.ts';
import type { AnsweredTurn } from './examples/answered-turn.ts';
import { cetExamples } from './examples/cet-examples.ts';
import { lppmExamples } from './examples/lppm-examples.ts';
import type { PayloadTool } from './examples/payload-tools.ts';
import { disposeAll, type Learned, type LearnedModels } from './learn.ts';

/** What the three estimators have in common once their inputs are plain JSON. */
interface Answering {
  predict(inputs: readonly never[]): Promise<readonly unknown[]>;
  save(folder: string): Promise<string[]>;
}

export type DescriptionOf = (kind: ArtefactKind) => ArtefactDescription;

/** Candidates of a golden context question; a thousand would make the artefact large for nothing. */
const goldenCandidates = 20;
const goldenWanted = 2 * fewestGoldenVectors;

/** Saves, seals and publishes each learned model with golden vectors from the log; returns artefact ids by tier. */
export async function publishModels(
  learned: Learned,
  turns: readonly AnsweredTurn[],
  payloadTools: ReadonlyMap<string, PayloadTool>,
  registry: Registry,
  describe: DescriptionOf,
): Promise<Partial<Record<ArtefactKind, string>>> {
  const published: Partial<Record<ArtefactKind, string>> = {};
  for (const kind of artefactKinds) {
    const model = learned.models[kind] as Answering | null;
    if (model === null) continue;
    const inputs = goldenInputs(kind, turns, payloadTools);
    const outputs = await model.predict(inputs as never[]);
    const golden: GoldenVector[] = inputs.map((input, index) => ({ input, output: outputs[index] }));
    const folder = await registry.workspace();
    await model.save(folder);
    published[kind] = (await registry.publish(folder, describe(kind), golden)).id;
  }
  return published;
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

/** Loads the models of a bundle and asks each its golden questions. @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH */
export async function loadModels(opened: OpenBundle): Promise<LearnedModels> {
  const { artefacts } = opened;
  const dtr = artefacts.dtr === undefined ? null : new DtrModel();
  const lppm = artefacts.lppm === undefined ? null : new LppmModel();
  const cet = artefacts.cet === undefined ? null : new CetModel();
  const models = { dtr, lppm, cet };
  try {
    for (const kind of artefactKinds) {
      const [model, artefact] = [models[kind], artefacts[kind]];
      if (model === null || artefact === undefined) continue;
      await model.load(artefact.folder);
      await checkGolden(artefact, (inputs) => (model as Answering).predict(inputs as never[]));
    }
  } catch (error) {
    await disposeAll(models);
    throw error;
  }
  return models;
}
