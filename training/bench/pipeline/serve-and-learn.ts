import type { Conversation } from '../../../engine/core/conversation.ts';
import type { Verdict } from '../../../engine/core/decision.ts';
import { isDrawn } from '../../../engine/pipeline/explored-tier.ts';
import { withheld } from '../../../engine/tiers/withheld.ts';
import { answeredTurns } from '../../examples/answered-turn.ts';
import { wordsOver, type Correction } from '../../examples/correction.ts';
import { ownAnswers } from '../../examples/own-answers.ts';
import { settleTurns } from '../../ladder/evaluate.ts';
import { judgeCandidate } from '../../gate/gate.ts';
import { judgeTurns, type JudgedTurn } from '../../ladder/judged-turn.ts';
import { judgingTiers } from '../../ladder/judging-tiers.ts';
import { learn, type LearnOptions } from '../../learn.ts';
import { disposeAll, type Learned } from '../../learned.ts';
import { tiersOf } from '../../ladder/tiers.ts';
import { replay, type ReplayedMessage } from './replay.ts';

const day = 86_400_000;

export interface ServeOptions extends LearnOptions {
  /** Days between two learnings; 0: the first models serve to the end. */
  readonly learnEvery: number;
  /** Share of what is settled that goes up all the same, and has the LLM's answer for a label; none by default. */
  readonly explore?: number;
  /** What somebody who knows says of messages drawn at random from what was said so far; nobody by default. */
  readonly audit?: (known: readonly Conversation[]) => readonly Correction[];
}

/** What became of one learning during service. */
export interface Learning {
  /** ISO 8601. */
  readonly time: string;
  /** Answered turns that were learned from and judged by. */
  readonly turns: number;
  readonly promoted: boolean;
  readonly reasons: readonly string[];
  /** Share settled of the certifying turns, and the bound of its error. */
  readonly coverage: number;
  readonly errorUpper: number;
  /** Why the certificate lets so much be settled, and no more. */
  readonly certified: string;
}

/**
 * Serves later logs and, every few days, learns again from all that was said until then. Only what the ladder passed up has
 * a label: there the log holds the LLM's answer. What the ladder settled is its own word, and teaches nothing. A candidate
 * serves if the gate lets it. Every message is decided by models that learned from earlier messages alone.
 */
export async function serveAndLearn(
  history: readonly Conversation[],
  live: readonly Conversation[],
  first: Learned,
  options: ServeOptions,
): Promise<{ replayed: ReplayedMessage[]; learnings: Learning[] }> {
  const { progress, explore = 0 } = options;
  const times = live.flatMap(({ messages }) => messages.map(({ time }) => time));
  const [earliest, latest] = extremes(times);
  const start = Math.floor(earliest / day) * day;
  const end = latest + 1;
  const step = options.learnEvery > 0 ? options.learnEvery * day : end - start;
  const replayed: ReplayedMessage[] = [];
  const learnings: Learning[] = [];
  let champion = first;
  for (let from = start; from < end; from += step) {
    const until = Math.min(end, from + step);
    const served = await replay(live, tiersOf(champion), progress, { from, until });
    replayed.push(...served.map((one) => sentUp(one, explore)));
    if (until >= end) break;
    const known = [...history, ...live.flatMap((conversation) => before(conversation, until))];
    const audited = options.audit?.(known) ?? [];
    const candidate = await learn(known, {
      ...options,
      audited,
      unlabelled: ownAnswers(known, settledOf(replayed)),
      selected: selectedOf(replayed, explore),
    });
    const ladder = replayed.filter(({ message }) => !isDrawn(message.id, explore));
    const passedShare = 1 - settledOf(ladder).length / Math.max(1, ladder.length);
    const verdict = await compare(candidate, champion, known, { ...options, audited, passedShare });
    const { coverage, errorUpper, reason: certified } = candidate.certificate;
    const { isPromoted: promoted, reasons } = verdict;
    const time = new Date(until).toISOString();
    learnings.push({ time, turns: candidate.counts.turns, promoted, reasons, coverage, errorUpper, certified });
    const retired = promoted ? champion : candidate;
    if (retired !== first) await disposeAll(retired.models);
    if (promoted) champion = candidate;
  }
  if (champion !== first) await disposeAll(champion.models);
  return { replayed, learnings };
}

/** The part of a conversation that was said before `until`; none where nothing was. */
function before(conversation: Conversation, until: number): Conversation[] {
  const messages = conversation.messages.filter(({ time }) => time < until);
  return messages.length === 0 ? [] : [{ ...conversation, split: null, messages }];
}

/** What a drawn message shows: the tiers send it up, and the LLM answers. */
function sentUp(one: ReplayedMessage, explore: number): ReplayedMessage {
  if (!isDrawn(one.message.id, explore)) return one;
  const [dtr, lppm] = [one.dtr, one.lppm].map((verdict) =>
    verdict?.settled === true ? withheld(verdict, 'drawn to be answered by the LLM', explore) : verdict,
  ) as [Verdict, Verdict | null];
  return { ...one, dtr, lppm };
}

function settledOf(replayed: readonly ReplayedMessage[]) {
  return replayed.flatMap(({ message, dtr, lppm }) => {
    const verdict = [dtr, lppm].find((one) => one?.settled === true);
    if (verdict === undefined || verdict === null) return [];
    return [{ message: message.id, time: message.time, tier: verdict.tier, settled: true, shadow: false }];
  });
}

/** Messages that the LLM answered only because the tiers passed them up. */
function selectedOf(replayed: readonly ReplayedMessage[], explore: number): Set<string> {
  return new Set(replayed.flatMap(({ message: { id } }) => (isDrawn(id, explore) ? [] : [id])));
}

/** The gate, on the held-out turns, which neither candidate nor champion learned from. */
async function compare(
  candidate: Learned,
  champion: Learned,
  conversations: readonly Conversation[],
  { alpha, progress, audited = [], passedShare }: ServeOptions & { readonly passedShare: number },
) {
  const judged = async (rows: readonly JudgedTurn[]) => {
    const ids = new Set(rows.map(({ message }) => message));
    const turns = answeredTurns(conversations).filter(({ message }) => ids.has(message.id));
    const { payloadTools, isKept } = candidate;
    const by = judgingTiers(champion.models);
    const proposals = await judgeTurns(wordsOver(turns, audited), by, payloadTools, progress, isKept);
    return {
      candidate: settleTurns(rows, candidate.thresholds),
      champion: settleTurns(proposals, champion.thresholds),
    };
  };
  const fair = await judged(candidate.heldOut);
  return judgeCandidate(fair.candidate, fair.champion, {
    alpha,
    labelNoise: candidate.teacherNoise,
    passed: { ...(await judged(candidate.passedUp)), share: passedShare },
  });
}

/** Smallest and largest of many numbers, more than a call can take as arguments. */
function extremes(numbers: readonly number[]): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const number of numbers) {
    least = Math.min(least, number);
    most = Math.max(most, number);
  }
  return [least, most];
}
