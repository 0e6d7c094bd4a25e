import { setTimeout as wait } from 'node:timers/promises';
import type { Candidate, CandidateSource } from '../core/candidate-source.ts';
import type { ContextChoice, ContextPiece, Evidence, Passed } from '../core/decision.ts';
import { messageOf } from '../core/errors.ts';
import { textOf } from '../core/message.ts';
import type { TierName } from '../core/tier-name.ts';
import type { Turn } from '../core/turn.ts';
import { assemble, type Assembly, type Chosen } from '../../models/cet/assembly.ts';
import { candidateOf } from '../../models/cet/candidate.ts';
import { plainScores } from '../../models/cet/plain-scores.ts';
import type { CetModel } from '../../models/cet/model.ts';
import { reasonText } from '../../models/cet/reason-text.ts';
import { summaryOf } from '../../models/cet/summary.ts';
import { wordTokenizer, type Tokenizer } from '../../models/text/tokenizer.ts';
import { collect, type Collected } from './candidate-collector.ts';
import {
  canFetch,
  dialogueOf,
  heldBack,
  pieceOverhead,
  piecesOf,
  stableStart,
  type Dialogue,
} from './context-pieces.ts';
import { noteHeading, noteLine } from './context-prompt.ts';
import type { Tier } from './tier.ts';

/** What all context tiers of a deployment share, whatever model they choose by. */
export interface ContextSettings {
  /**
   * Tokens of everything that the LLM sees before the open exchange; default 2,048. Only instructions may exceed them:
   * they are never cut.
   */
  readonly contextTokens?: number;
  /** Where further pieces come from: other conversations, documents, data. */
  readonly sources?: readonly CandidateSource[];
  /** A source that takes longer is left out; milliseconds, default 80. */
  readonly sourceTimeoutMs?: number;
  /** A model that takes longer (a long conversation is read for the first time) is not waited for; default 120. */
  readonly modelTimeoutMs?: number;
  /** The LLM's own where it is known. */
  readonly tokenizer?: Tokenizer;
  /** Messages at the end of the conversation that always go in; default 4, two exchanges. */
  readonly newest?: number;
  /**
   * A quarter of the budget is the end of the conversation as it stands, which moves on in steps; what is chosen of the
   * rest is quoted beside the open message. So the prompt begins like the one before, and an LLM server finds that
   * beginning in its cache; default true.
   */
  readonly keepsPrefix?: boolean;
  /** Data in shorter forms, sentences of what does not fit, handles for what is held back; default true. */
  readonly shortens?: boolean;
  /** Of the budget, for an extract of the messages that stay out; default 0, none. */
  readonly summaryTokens?: number;
  /** What was in before keeps its place against pieces that are better by less; log-odds, default 0.5. */
  readonly stickiness?: number;
}

export interface CetTierOptions extends ContextSettings {
  /** sha256 of the artefact. */
  readonly modelId: string;
}

interface LastChoice {
  readonly message: string;
  /** Ids that went in for this message, and those for the one before. */
  readonly chosen: ReadonlySet<string>;
  readonly before: ReadonlySet<string>;
}

/** Left-out pieces that a decision names, best first; of a hundred thousand the rest is only counted. */
const mostLeftOut = 200;
/** Characters of a piece from outside that its decision keeps, so that later one can see and learn what it said. */
const keptCharacters = 2000;
/** Conversations whose last choice is remembered. */
const mostRemembered = 2000;

/** Chooses what the LLM sees, under a hard token budget. It settles nothing: it prepares. */
export class CetTier implements Tier {
  readonly name: TierName = 'cet';
  readonly #model: CetModel | null;
  readonly #options: Required<CetTierOptions>;
  /** By conversation: a prompt that begins like the one before is cheaper for the LLM. */
  readonly #lately = new Map<string, LastChoice>();

  /** @param model null: pieces are ordered by shared words and recency alone */
  constructor(model: CetModel | null, options: CetTierOptions) {
    this.#model = model;
    this.#options = {
      contextTokens: 2048,
      sources: [],
      sourceTimeoutMs: 80,
      modelTimeoutMs: 120,
      tokenizer: wordTokenizer,
      newest: 4,
      keepsPrefix: true,
      shortens: true,
      stickiness: 0.5,
      summaryTokens: 0,
      ...options,
    };
  }

  async consider(turn: Turn): Promise<Passed> {
    const { contextTokens, tokenizer, newest, shortens, stickiness, keepsPrefix } = this.#options;
    const { count } = tokenizer;
    const dialogue = dialogueOf(turn);
    const query = textOf(dialogue.opening);
    const collected = await collect(query, turn, dialogue.earlier, { ...this.#options, count });
    const { found, history } = collected;
    const earlier = dialogue.earlier.slice(-history.length || dialogue.earlier.length);
    const all = [...found, ...history];
    const system = dialogue.system.reduce((sum, message) => sum + count(textOf(message)) + pieceOverhead, 0);
    const heading = found.length === 0 && !keepsPrefix ? 0 : count(noteHeading) + pieceOverhead;
    const room = Math.max(contextTokens - system - heading, 0);
    const last = Math.max(earlier.length - newest, 0);
    const sizes = history.map(({ tokens }) => tokens + pieceOverhead);
    const start = keepsPrefix ? Math.min(stableStart(earlier, sizes, room), last) : last;
    const reading = { query, count, start, quotes: keepsPrefix, shortens, canFetch: canFetch(turn) };
    const quoted = new Set(keepsPrefix ? earlier.slice(0, start).map(({ id }) => id) : []);
    const plain = piecesOf(found, earlier, all, Array(all.length).fill(0), {
      ...reading,
      quotes: false,
      shortens: false,
    });
    const total = plain.reduce((sum, piece) => sum + piece.tokens!, 0);
    const before = { system, heading, total, room };
    if (total <= room) {
      const chosen = plain.map((piece): Chosen => ({ ...piece, text: piece.candidate.text, form: 'whole', tokens: 0 }));
      const choices = plain.map(({ candidate, tokens }) => ({
        id: candidate.id,
        chosen: true,
        score: 0,
        tokens: tokens!,
        reason: 'everything fits',
      }));
      const reason = `everything fits: ${all.length} pieces, ${system + heading + total} of ${contextTokens} tokens`;
      return this.#passed(turn, { dialogue, collected, chosen, choices, reason, model: null, quoted: new Set() });
    }
    const scored = await this.#score(query, all);
    const kept = this.#chosenBefore(dialogue);
    const scores = all.map(({ id }, at) => scored.scores[at]! + (kept.has(id) ? stickiness : 0));
    const reserve = Math.min(this.#options.summaryTokens, room);
    const pieces = piecesOf(found, earlier, all, scores, reading);
    const assembly = assemble(pieces, room - reserve, { byPrice: scored.model !== null });
    const summary = this.#summary(dialogue, history, assembly, reserve);
    if (turn.explains !== true) this.#remember(dialogue, kept, assembly);
    const plainly = named(assembly);
    const choices =
      turn.explains === true && scored.model !== null ? await this.#explained(query, all, plainly) : plainly;
    const reason = this.#reason(assembly, all.length, before, scored.by);
    return this.#passed(turn, {
      dialogue,
      collected,
      chosen: assembly.chosen,
      choices,
      reason,
      model: scored.model,
      quoted,
      assembly,
      summary,
    });
  }

  /** An extract of the messages that stay out, as a piece of its own; null where none was asked for, or nothing fits. */
  #summary(
    { opening }: Dialogue,
    history: readonly Candidate[],
    { chosen }: Assembly,
    reserve: number,
  ): ContextPiece | null {
    if (reserve <= 0) return null;
    const { count } = this.#options.tokenizer;
    const inside = new Set(chosen.map(({ candidate }) => candidate.id));
    const out = history.filter(({ id, kind }) => kind === 'turn' && !inside.has(id)).map(({ text }) => text);
    const head = { id: `${opening.id}/summary`, kind: 'summary', place: 'of what is left out' };
    const text = summaryOf(out, reserve - count(noteLine({ ...head, text: '' })) - pieceOverhead, count);
    return text === null ? null : { ...head, text };
  }

  #reason(
    { chosen, tokens }: Assembly,
    pieces: number,
    { system, heading, total, room }: Readonly<Record<'system' | 'heading' | 'total' | 'room', number>>,
    by: string,
  ): string {
    const { contextTokens, tokenizer } = this.#options;
    if (room === 0)
      return `instructions alone take ${system} of ${contextTokens} tokens; all ${pieces} pieces stay out`;
    const taken = system + heading + tokens;
    const estimated = tokenizer.isExact ? '' : ` (tokens are estimated: ${tokenizer.name})`;
    const saved = `everything would take ${system + heading + total}`;
    return `chose ${chosen.length} of ${pieces} pieces, ${taken} of ${contextTokens} tokens${estimated}, by ${by}; ${saved}`;
  }

  /** The model's scores; without one, or where it fails, shared words and recency. */
  async #score(
    query: string,
    candidates: readonly Candidate[],
  ): Promise<{ readonly scores: readonly number[]; readonly by: string; readonly model: string | null }> {
    const plain = (why: string) => ({
      scores: plainScores(query, candidates),
      by: `shared words and recency: ${why}`,
      model: null,
    });
    if (this.#model === null) return plain('no context model is loaded');
    try {
      const [prediction] = await inTime(this.#model.predict([{ query, candidates }]), this.#options.modelTimeoutMs);
      return { scores: prediction!.scores, by: 'the context model', model: this.#options.modelId };
    } catch (error) {
      return plain(`the context model failed (${messageOf(error)})`);
    }
  }

  /** Only where somebody asks why: it costs a scoring for each kind of signal. */
  async #explained(
    query: string,
    candidates: readonly Candidate[],
    choices: readonly ContextChoice[],
  ): Promise<readonly ContextChoice[]> {
    try {
      const reasons = (await this.#model?.reasons({ query, candidates })) ?? [];
      const texts = new Map(candidates.map(({ id }, place) => [id, reasonText(reasons[place] ?? [])]));
      return choices.map((choice) => ({
        ...choice,
        reason: [choice.reason, texts.get(choice.id)].filter(Boolean).join('; '),
      }));
    } catch {
      // the choice stands without it
      return choices;
    }
  }

  /** What went in for the message before; for the same message again (it may need several rounds) the same. */
  #chosenBefore({ opening }: Dialogue): ReadonlySet<string> {
    const last = this.#lately.get(opening.conversation);
    return (last?.message === opening.id ? last.before : last?.chosen) ?? new Set();
  }

  #remember({ opening }: Dialogue, before: ReadonlySet<string>, { chosen }: Assembly): void {
    this.#lately.delete(opening.conversation);
    const ids = new Set(chosen.map(({ candidate }) => candidate.id));
    this.#lately.set(opening.conversation, { message: opening.id, before, chosen: ids });
    for (const oldest of this.#lately.keys()) {
      if (this.#lately.size <= mostRemembered) break;
      this.#lately.delete(oldest);
    }
  }

  #passed(
    turn: Turn,
    made: {
      readonly dialogue: Dialogue;
      readonly collected: Collected;
      readonly chosen: readonly Pick<Chosen, 'candidate' | 'text' | 'form'>[];
      readonly choices: readonly ContextChoice[];
      readonly reason: string;
      readonly model: string | null;
      /** Ids of messages that are quoted where they go in. */
      readonly quoted: ReadonlySet<string>;
      readonly assembly?: Assembly;
      readonly summary?: ContextPiece | null;
    },
  ): Passed {
    const { contextTokens, tokenizer } = this.#options;
    const { dialogue, collected, assembly, reason, model } = made;
    const evidence: Evidence[] = collected.troubles.map((what) => ({ what }));
    if (assembly !== undefined && assembly.next.length > 0) {
      evidence.push({ what: `500 tokens more would bring in ${assembly.next.slice(0, 20).join(', ')}` });
    }
    const always = dialogue.system.map((message) => candidateOf(message, tokenizer.count));
    const back = canFetch(turn) ? heldBack(dialogue.exchange, contextTokens, tokenizer.count) : [];
    const context: ContextPiece[] = [...always.map(({ id, text, kind }) => ({ id, text, kind })), ...back];
    for (const { candidate, text, form } of made.chosen) {
      const { id, kind, speaker } = candidate;
      const isQuoted = made.quoted.has(id);
      const place = candidate.place ?? (isQuoted ? speaker : undefined);
      const where = { ...(place === undefined ? {} : { place }), ...(isQuoted ? { quoted: true } : {}) };
      context.push({ id, text, kind, ...where, ...(form === 'whole' ? {} : { form }) });
    }
    if (made.summary != null) context.push(made.summary);
    const choices: ContextChoice[] = always.map(({ id, tokens }) => ({
      id,
      chosen: true,
      score: 0,
      tokens: tokens + pieceOverhead,
      reason: 'instructions are always in',
    }));
    if (made.summary != null) {
      const { id, kind, place, text } = made.summary;
      const tokens = tokenizer.count(noteLine({ kind, place: place ?? '', text })) + pieceOverhead;
      const where = place === undefined ? {} : { place };
      choices.push({ id, chosen: true, score: 0, tokens, reason: 'an extract of what stays out', kind, ...where });
    }
    const outside = new Map(collected.found.map((candidate) => [candidate.id, candidate]));
    for (const choice of made.choices) choices.push(withText(choice, outside.get(choice.id)));
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
      prepared: { context, choices },
    };
  }
}

/** What is late goes on by itself: what a model has read by then it need not read again. */
async function inTime<Result>(work: Promise<Result>, limitMs: number): Promise<Result> {
  const timer = new AbortController();
  const late = wait(limitMs, null, { signal: timer.signal }).then(
    () => Promise.reject(new Error(`no scores within ${limitMs} ms`)),
    () => work,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

/**
 * A document or an answer of a tool stands under no message in the log: the choice keeps what it said. What was said in
 * another conversation stands there alone, so that it can be forgotten there.
 */
function withText(choice: ContextChoice, candidate: Candidate | undefined): ContextChoice {
  if (candidate === undefined) return choice;
  const { kind, place, text } = candidate;
  const isSaid = kind === 'turn' || kind === 'tool-result';
  const said = isSaid ? {} : { text: text.slice(0, keptCharacters) };
  return { ...choice, kind, ...(place === undefined ? {} : { place }), ...said };
}

/** What went in, what more room would bring, and the best of what was left out; in time order. */
function named({ choices, next }: Assembly): readonly ContextChoice[] {
  const soon = new Set(next);
  const out = choices.filter((choice) => !choice.chosen && !soon.has(choice.id));
  if (out.length <= mostLeftOut) return choices;
  const best = new Set(out.toSorted((a, b) => b.score - a.score).slice(0, mostLeftOut));
  return choices.filter((choice) => choice.chosen || soon.has(choice.id) || best.has(choice));
}
