import type { Conversation } from '../../engine/core/conversation.ts';
import type { Progress } from '../../engine/core/progress.ts';
import { clopperPearsonInterval } from '../../models/certificate/certificate.ts';
import { thresholdFor, type Thresholds } from '../../models/thresholds.ts';
import { answeredTurns, type AnsweredTurn } from '../examples/answered-turn.ts';
import { findPayloadTools } from '../examples/payload-tools.ts';
import { judgeTurns, type JudgedProposal, type JudgedTiers, type JudgedTurn } from './judged-turn.ts';

export interface LadderThresholds {
  readonly dtr: Thresholds;
  readonly lppm: Thresholds;
}

/** Who settled a message, and whether the log agrees; `tier: null`: it went up to the LLM. */
export interface SettledTurn {
  readonly message: string;
  readonly conversation: string;
  readonly tier: 'dtr' | 'lppm' | null;
  readonly correct: boolean;
  readonly unsafe: boolean;
  /** It was handed to an executing tool. */
  readonly executes: boolean;
}

export interface TierFigures {
  readonly settled: number;
  /** Share of all turns that this tier settled. */
  readonly share: number;
  /** Share of the settled ones that agree with the log. */
  readonly accuracy: number;
}

export interface LadderFigures {
  readonly turns: number;
  readonly settled: number;
  readonly errors: number;
  readonly unsafe: number;
  readonly coverage: number;
  readonly error: number;
  /** Exact 95 % interval of the error. */
  readonly errorLower: number;
  readonly errorUpper: number;
  readonly dtr: TierFigures;
  readonly lppm: TierFigures;
}

/** The ladder's walk over judged proposals: the first tier that is sure enough settles. */
export function settleTurns(judged: readonly JudgedTurn[], thresholds: LadderThresholds): SettledTurn[] {
  return judged.map(({ message, conversation, dtr, lppm }) => {
    const isSure = (proposal: JudgedProposal | null, own: Thresholds): proposal is JudgedProposal => {
      const threshold = proposal === null ? null : thresholdFor(own, proposal.label);
      return proposal !== null && threshold !== null && proposal.confidence >= threshold;
    };
    const tier = isSure(dtr, thresholds.dtr) ? 'dtr' : isSure(lppm, thresholds.lppm) ? 'lppm' : null;
    const proposal = tier === 'dtr' ? dtr : tier === 'lppm' ? lppm : null;
    const { correct = false, unsafe = false, executes = false } = proposal ?? {};
    return { message, conversation, tier, correct, unsafe, executes };
  });
}

export function figuresOf(rows: readonly SettledTurn[]): LadderFigures {
  const settled = rows.filter((row) => row.tier !== null);
  const errors = settled.filter((row) => !row.correct).length;
  const interval = clopperPearsonInterval(errors, settled.length, 0.95);
  return {
    turns: rows.length,
    settled: settled.length,
    errors,
    unsafe: settled.filter((row) => row.unsafe).length,
    coverage: share(settled.length, rows.length),
    error: share(errors, settled.length),
    errorLower: interval.lower,
    errorUpper: interval.upper,
    dtr: tierFigures(rows, 'dtr'),
    lppm: tierFigures(rows, 'lppm'),
  };
}

function tierFigures(rows: readonly SettledTurn[], tier: 'dtr' | 'lppm'): TierFigures {
  const own = rows.filter((row) => row.tier === tier);
  const correct = own.filter((row) => row.correct).length;
  return { settled: own.length, share: share(own.length, rows.length), accuracy: share(correct, own.length) };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/**
 * What a ladder would have done with recorded conversations, judged by what the assistant did. `tiers` settle nothing
 * themselves (their thresholds are open); only turns of users count.
 * @param unlabelled ids of messages that our own tiers answered: no tier is judged by what a tier did
 */
export async function evaluateLadder(
  conversations: readonly Conversation[],
  tiers: JudgedTiers,
  thresholds: LadderThresholds,
  progress: Progress,
  unlabelled: ReadonlySet<string> = new Set(),
): Promise<LadderFigures> {
  const turns = answeredTurns(conversations, { afterResults: true });
  const asked = turns.filter((turn) => isAsked(turn) && !unlabelled.has(turn.message.id));
  const judged = await judgeTurns(asked, tiers, findPayloadTools(turns), progress);
  return figuresOf(settleTurns(judged, thresholds));
}

/** A tool's result is no message of a user: the process runner answers it. */
function isAsked(turn: AnsweredTurn): boolean {
  return turn.message.author === 'user';
}
