import type { LppmPrediction } from '../../../models/lppm/prediction.ts';
import { escalateStep } from '../../../models/lppm/example.ts';
import type { LppmModel } from '../../../models/lppm/model.ts';
import { labelFigures, type Judged } from '../coverage.ts';
import type { ProcessDefinition, ProcessExample } from './data.ts';

export type Definitions = ReadonlyMap<string, ProcessDefinition>;

export interface JudgedTurn extends Judged {
  readonly example: ProcessExample;
  readonly prediction: LppmPrediction;
  /** Step that the net chose, before a missing value turned a call into a question. */
  readonly step: string;
}

/** Judged by the step alone; see `asAction` for the whole action. */
export async function judge(model: LppmModel, examples: readonly ProcessExample[]): Promise<JudgedTurn[]> {
  const predictions = await model.predict(examples.map(({ input }) => input));
  return predictions.map((prediction, row) => {
    const example = examples[row] as ProcessExample;
    const [best] = prediction.alternatives;
    const step = best?.step ?? escalateStep;
    const confidence = best?.confidence ?? 0;
    return { example, prediction, step, confidence, correct: step === example.step, settles: step !== escalateStep };
  });
}

/** The commonest step; the commonest step after the last one; what the graph says, given the process. */
export function floorsOf(train: readonly ProcessExample[], test: readonly ProcessExample[], definitions: Definitions) {
  const counts = new Map<string, Map<string, number>>();
  const count = (key: string, step: string): void => {
    const own = counts.get(key) ?? new Map<string, number>();
    own.set(step, (own.get(step) ?? 0) + 1);
    counts.set(key, own);
  };
  for (const { previousStep, step } of train) {
    count('*', step);
    count(`after ${previousStep}`, step);
  }
  const most = (key: string): string | undefined => [...(counts.get(key) ?? [])].sort((a, b) => b[1] - a[1])[0]?.[0];
  const floor = (predict: (example: ProcessExample) => string | undefined) =>
    labelFigures(test.map((example) => ({ truth: example.step, predicted: predict(example) ?? most('*') ?? '' })));
  const floors = {
    majority: floor(() => undefined),
    bigram: floor(({ previousStep }) => most(`after ${previousStep}`)),
  };
  if (definitions.size === 0) return floors;
  return { ...floors, graph: floor((example) => graphStep(example, definitions)) };
}

export function graphStep(example: ProcessExample, definitions: Definitions): string | undefined {
  const next = definitions.get(example.process ?? '')?.graph[example.previousStep ?? 'hello'];
  return next?.startsWith('query') === true ? 'query' : next;
}
