import type { Verdict } from '../../engine/core/decision.ts';
import type { Turn } from '../../engine/core/turn.ts';
import { LppmTier, type ProcessMapper } from '../../engine/tiers/lppm.ts';
import type { Tier } from '../../engine/tiers/tier.ts';
import type { LppmPrediction } from '../../models/lppm/prediction.ts';
import type { LppmModel } from '../../models/lppm/model.ts';
import type { AnsweredTurn } from '../examples/answered-turn.ts';
import { anyConfidence } from './judging-tiers.ts';

/**
 * The process mapper as a judge of the turns that taught it: each of them is answered as nets answered it that did not see
 * its conversation, calibrated like the model that will serve; any other turn is answered by the model itself. Settles at
 * any confidence.
 */
export class CrossFittedTier implements Tier {
  readonly name = 'lppm';
  readonly #model: LppmModel;
  readonly #answers: ReadonlyMap<string, LppmPrediction>;

  /** @param taught the turns that the model was fitted on with folds, in that order */
  constructor(model: LppmModel, taught: readonly AnsweredTurn[]) {
    this.#model = model;
    const answers = model.crossFitted ?? [];
    this.#answers = new Map(answers.map((answer, place) => [(taught[place] as AnsweredTurn).message.id, answer]));
  }

  consider(turn: Turn): Promise<Verdict> {
    const answer = this.#answers.get(turn.message.id);
    const mapper: ProcessMapper =
      answer === undefined
        ? this.#model
        : { predict: () => Promise.resolve([answer]), stepOf: (text) => this.#model.stepOf(text) };
    return new LppmTier(mapper, { thresholds: anyConfidence, modelId: 'candidate' }).consider(turn);
  }
}
