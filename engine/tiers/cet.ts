import type { Candidate, CandidateSource } from '../core/candidate-source.ts';
import type { ContextChoice, Evidence, Passed } from '../core/decision.ts';
import { messageOf } from '../core/errors.ts';
import { textOf } from '../core/message.ts';
import type { TierName } from '../core/tier-name.ts';
import type { Turn } from '../core/turn.ts';
import { assemble, type Assembly, type Piece } from '../../models/cet/assembly.ts';
import { roughTokens, type CountTokens } from '../../models/cet/candidate.ts';
import { groupsOf } from '../../models/cet/exchange.ts';
import { plainScores } from '../../models/cet/plain-scores.ts';
import type { CetModel } from '../../models/cet/model.ts';
import { collect, type Collected } from './candidate-collector.ts';
import type { Tier } from './tier.ts';

export interface CetTierOptions {
  /** sha256 of the artefact. */
  readonly modelId: string;
  /** Token budget of the context; default 2,048. */
  readonly contextTokens?: number;
  /** Where further pieces come from: other conversations, documents, data. */
  readonly sources?: readonly CandidateSource[];
  /** A source that takes longer is left out; milliseconds, default 100. */
  readonly sourceTimeoutMs?: number;
  readonly countTokens?: CountTokens;
  /** Messages at the end of the conversation that always go in; default 4, two exchanges. */
  readonly newest?: number;
}

/** Left-out pieces that a decision names, best first; of a hundred thousand the rest is only counted. */
const mostLeftOut = 200;

/** Chooses what the LLM sees, under a hard token budget. It settles nothing: it prepares. */
export class CetTier implements Tier {
  readonly name: TierName = 'cet';
  readonly #model: CetModel | null;
  readonly #options: Required<CetTierOptions>;

  /** @param model null: pieces are ordered by shared words and recency alone */
  constructor(model: CetModel | null, options: CetTierOptions) {
    this.#model = model;
    this.#options = {
      contextTokens: 2048,
      sources: [],
      sourceTimeoutMs: 100,
      countTokens: roughTokens,
      newest: 4,
      ...options,
    };
  }

  async consider(turn: Turn): Promise<Passed> {
    const { contextTokens, countTokens, newest } = this.#options;
    const collected = await collect(turn, this.#options);
    const { found, history } = collected;
    const all = [...found, ...history];
    const total = all.reduce((sum, { tokens }) => sum + tokens, 0);
    if (total <= contextTokens) {
      const reason = `everything fits: ${all.length} pieces, ${total} of ${contextTokens} tokens`;
      return this.#passed(all, everything(all), reason, collected, null);
    }
    const scored = await this.#score(textOf(turn.message), all);
    const groups = groupsOf(turn.history);
    const firstOfNewest = turn.history.length - newest;
    const pieces = all.map((candidate, place): Piece => {
      const at = place - found.length;
      const message = turn.history[at];
      const isNewest = at >= firstOfNewest && at >= 0;
      const priority = message?.author === 'system' ? 2 : isNewest ? 1 : 0;
      return { candidate, score: scored.scores[place]!, group: groups.get(candidate.id) ?? null, priority };
    });
    const assembly = assemble(pieces, contextTokens);
    const count = `${assembly.chosen.length} of ${all.length} pieces, ${assembly.tokens} of ${contextTokens} tokens`;
    const larger = countTokens === roughTokens ? ' (tokens are estimated)' : '';
    const reason = `chose ${count}${larger} by ${scored.by}`;
    return this.#passed(assembly.chosen, named(assembly), reason, collected, scored.model, assembly);
  }

  /** The model's scores; without one, or where it fails, shared words and recency. */
  async #score(
    query: string,
    candidates: readonly Candidate[],
  ): Promise<{ scores: readonly number[]; by: string; model: string | null }> {
    const plain = (why: string) => ({
      scores: plainScores(query, candidates),
      by: `shared words and recency: ${why}`,
      model: null,
    });
    if (this.#model === null) return plain('no context model is loaded');
    try {
      const [prediction] = await this.#model.predict([{ query, candidates }]);
      return { scores: prediction!.scores, by: 'the context model', model: this.#options.modelId };
    } catch (error) {
      return plain(`the context model failed (${messageOf(error)})`);
    }
  }

  #passed(
    chosen: readonly Candidate[],
    choices: readonly ContextChoice[],
    reason: string,
    collected: Collected,
    model: string | null,
    assembly?: Assembly,
  ): Passed {
    const evidence: Evidence[] = collected.troubles.map((what) => ({ what }));
    if (assembly !== undefined && assembly.next.length > 0) {
      evidence.push({ what: `500 tokens more would bring in ${assembly.next.slice(0, 20).join(', ')}` });
    }
    return {
      settled: false,
      tier: this.name,
      label: null,
      confidence: null,
      threshold: null,
      reason: collected.troubles.length === 0 ? reason : `${reason}; ${collected.troubles.join('; ')}`,
      model,
      evidence,
      propensity: 1,
      prepared: { context: chosen.map(({ id, text, kind }) => ({ id, text, kind })), choices },
    };
  }
}

function everything(all: readonly Candidate[]): ContextChoice[] {
  return all.map(({ id, tokens }) => ({ id, chosen: true, score: 0, tokens, reason: 'everything fits' }));
}

/** What went in, what more room would bring, and the best of what was left out; in time order. */
function named({ choices, next }: Assembly): ContextChoice[] {
  const soon = new Set(next);
  const out = choices.filter((choice) => !choice.chosen && !soon.has(choice.id));
  if (out.length <= mostLeftOut) return [...choices];
  const best = new Set(out.toSorted((a, b) => b.score - a.score).slice(0, mostLeftOut));
  return choices.filter((choice) => choice.chosen || soon.has(choice.id) || best.has(choice));
}
