import type { Clock } from '../../engine/core/clock.ts';
import type { Progress } from '../../engine/core/progress.ts';
import {
  bytesOf,
  cheapTiers,
  footprintsOf,
  judgeEarlier,
  type Champion,
  type Combined,
  type ContestOptions,
  type Ground,
  type Ladder,
} from './contest.ts';
import { contestContext, heldOutQuestions } from './context-contest.ts';
import { settleTurns, type SettledTurn } from '../ladder/evaluate.ts';
import type { ContextOutcome } from '../examples/context-outcomes.ts';
import { judgeCandidate, type GateVerdict } from './gate.ts';
import type { ContextVerdict } from './context-recall.ts';
import type { Terms } from './losses.ts';
import { metamorphicFigures } from './metamorphic.ts';
import { slicesByMessage } from './slices.ts';
import { judgeTurns, type JudgedTurn } from '../ladder/judged-turn.ts';
import { judgingTiers } from '../ladder/judging-tiers.ts';
import type { Learned } from '../learned.ts';

export interface VerdictOptions extends ContestOptions {
  /** Error budget, in (0, 1). */
  readonly alpha: number;
  readonly clock: Clock;
}

/** A candidate, who serves, and what both are asked. */
export interface Contest {
  readonly ground: Ground;
  readonly learned: Learned;
  readonly combined: Combined;
  readonly champion: Champion | null;
  /** What the champion proposes for the held-out and the corrected turns. */
  readonly old: readonly JudgedTurn[];
  /** Share of the messages in service that were passed up. */
  readonly passedShare: number;
  readonly level: number;
  readonly context: ContextVerdict | null;
}

/** Of the level of a test, what is left to the context model where one was learned. */
const shareOfContext = 0.25;

/** The learned context model against what serves; null where none was learned. */
export async function judgeContextOf(
  { models: { cet } }: Learned,
  champion: Champion | null,
  options: VerdictOptions & {
    readonly ground: Ground;
    readonly outcomes: ReadonlyMap<string, ContextOutcome>;
    readonly unlabelled: ReadonlySet<string>;
    readonly level: number;
  },
): Promise<ContextVerdict | null> {
  if (cet === null) return null;
  const { ground, outcomes, unlabelled, level, progress } = options;
  progress({ stage: 'compare context models', done: 0, total: null });
  const questions = heldOutQuestions(ground, outcomes, unlabelled);
  const bundle = champion?.bundle ?? null;
  return await contestContext({ candidate: cet, champion: bundle, questions, level: level * shareOfContext }, options);
}

/** All that the gate asks, of the candidate and of the champion. */
export async function judge(
  { ground, learned, combined, champion, old, passedShare, level, context }: Contest,
  options: VerdictOptions,
): Promise<GateVerdict> {
  const fresh = apart(settleTurns(combined.judged, combined.thresholds), ground);
  const ladderLevel = context === null ? level : level * (1 - shareOfContext);
  const common = { ...termsOf(learned, champion, options), level: ladderLevel, ...(context && { context }) };
  const slices = slicesByMessage(ground.heldOut);
  if (champion === null) {
    return judgeCandidate(fresh.unseen, null, {
      ...common,
      corrected: { candidate: fresh.corrected, champion: [] },
      judged: { candidate: combined.judged, champion: null },
    });
  }
  const before = apart(settleTurns(old, champion.bundle.thresholds), ground);
  const opened = await Promise.all(Object.values(combined.artefacts).map((id) => options.registry.artefact(id)));
  const mine: Ladder = { ...combined, bytes: bytesOf({ artefacts: Object.fromEntries(opened.entries()) }) };
  const theirs: Ladder = { ...champion, thresholds: champion.bundle.thresholds };
  const [candidateCost, championCost] = await footprintsOf(ground.heldOut, [mine, theirs]);
  const earlier = await judgeEarlier(ground, champion, options.clock.now(), options);
  const passed = combined.isWhole
    ? { ...(await passedUpBy(ground, learned, champion, options.progress)), share: passedShare }
    : null;
  return judgeCandidate(fresh.unseen, before.unseen, {
    ...common,
    slices,
    ...(passed && { passed }),
    corrected: { candidate: fresh.corrected, champion: before.corrected },
    judged: { candidate: combined.judged, champion: old },
    metamorphic: {
      candidate: await metamorphicFigures(ground.heldOut, cheapTiers(mine)),
      champion: await metamorphicFigures(ground.heldOut, cheapTiers(theirs)),
    },
    ...(candidateCost === undefined || championCost === undefined
      ? {}
      : { footprint: { candidate: candidateCost, champion: championCost } }),
    ...(earlier === null ? {} : { earlier }),
  });
}

/** What was passed up in service and held out, as both would settle it. */
async function passedUpBy(ground: Ground, learned: Learned, champion: Champion, progress: Progress) {
  const tiers = judgingTiers(champion.models);
  const proposals = await judgeTurns(ground.passedUp, tiers, ground.payloadTools, progress, ground.isKept);
  return {
    candidate: settleTurns(learned.passedUp, learned.thresholds),
    champion: settleTurns(proposals, champion.bundle.thresholds),
  };
}

/** On what both are held to account. */
export function termsOf(
  { teacherNoise }: Learned,
  champion: Champion | null,
  { alpha }: Pick<VerdictOptions, 'alpha'>,
): Terms {
  const proved = champion?.bundle.certificate?.alpha;
  return { alpha, labelNoise: teacherNoise, isStricter: proved !== undefined && alpha < proved };
}

/** Rows that nobody learned from, which prove something, apart from those that people corrected. */
function apart(rows: readonly SettledTurn[], ground: Ground) {
  const ids = new Set(ground.corrected.map((turn) => turn.message.id));
  return {
    unseen: rows.filter((row) => !ids.has(row.message)),
    corrected: rows.filter((row) => ids.has(row.message)),
  };
}
