import { hashFraction } from '../../engine/core/hash.ts';
import type { SettledTurn } from '../../training/ladder/evaluate.ts';
import { settleTurns } from '../../training/ladder/evaluate.ts';
import { judgeCandidate, seenByGate, type GateOptions, type GateVerdict } from '../../training/gate/gate.ts';
import { metamorphicKinds, type MetamorphicFigures } from '../../training/gate/metamorphic.ts';
import { judgeSealed } from '../../training/gate/sealed.ts';
import type { JudgedProposal, JudgedTurn } from '../../training/ladder/judged-turn.ts';

/** Everything that the gate looks at of one contender. */
export interface Contender {
  readonly judged: readonly JudgedTurn[];
  readonly sealed: readonly JudgedTurn[];
  readonly corrected: readonly SettledTurn[];
  readonly metamorphic: MetamorphicFigures;
  readonly footprint: { readonly p95Ms: number; readonly bytes: number };
  /** Lowest confidence that settles. */
  readonly threshold: number;
}

export const alpha = 0.05;
const messages = 3000;
const sealedMessages = 1000;
/** A kind of message, an eighth of all. */
export const slice = (message: string): readonly string[] => [
  Number(message.slice(1)) % 8 === 0 ? 'rare kind' : 'usual kind',
];

/** A proposal that is as sure as it is right: of those at confidence c a share of c is right. */
function proposal(message: string, skill: number): JudgedProposal {
  const confidence = Math.min(1, 1 - 0.5 * hashFraction(`sure ${message}`) ** 3 + skill);
  const honest = hashFraction(`right ${message}`) < confidence;
  return { label: 'a', confidence, correct: honest, executes: true, unsafe: false };
}

function turns(count: number, first: number, skill: number): JudgedTurn[] {
  return Array.from({ length: count }, (_, index) => {
    const message = `m${first + index}`;
    return { conversation: `c${first + index}`, message, dtr: proposal(message, skill), lppm: null };
  });
}

const figures = (broken: number): MetamorphicFigures =>
  Object.fromEntries(metamorphicKinds.map((kind) => [kind, { cases: 100, broken }])) as MetamorphicFigures;

/** One that is right as often as its confidences promise, and surer by `skill`. */
export function contender(skill = 0): Contender {
  return {
    judged: turns(messages, 0, skill),
    sealed: turns(sealedMessages, messages, skill),
    corrected: [],
    metamorphic: figures(3),
    footprint: { p95Ms: 2, bytes: 10_000_000 },
    threshold: 0.8,
  };
}

export function changed(
  of: Contender,
  change: (proposal: JudgedProposal, message: string) => Partial<JudgedProposal>,
): Contender {
  const all = (rows: readonly JudgedTurn[]): JudgedTurn[] =>
    rows.map((row) => (row.dtr === null ? row : { ...row, dtr: { ...row.dtr, ...change(row.dtr, row.message) } }));
  return { ...of, judged: all(of.judged), sealed: all(of.sealed) };
}

/** Gate and sealed slice together, as a promotion asks them. */
export function contest(candidate: Contender, champion: Contender, more: Partial<GateOptions> = {}): GateVerdict {
  const settle = ({ threshold }: Contender, rows: readonly JudgedTurn[]): SettledTurn[] =>
    settleTurns(rows, { dtr: { standard: threshold, byLabel: {} }, lppm: { standard: null, byLabel: {} } });
  const verdict = judgeCandidate(settle(candidate, candidate.judged), settle(champion, champion.judged), {
    alpha,
    slices: slice,
    judged: { candidate: candidate.judged, champion: champion.judged },
    metamorphic: { candidate: candidate.metamorphic, champion: champion.metamorphic },
    footprint: { candidate: candidate.footprint, champion: champion.footprint },
    corrected: { candidate: candidate.corrected, champion: champion.corrected },
    ...more,
  });
  const sealed = judgeSealed(
    {
      candidate: settle(candidate, candidate.sealed),
      champion: settle(champion, champion.sealed),
      seen: seenByGate(verdict),
    },
    { alpha, labelNoise: 0, isStricter: false },
  );
  return {
    ...verdict,
    isPromoted: verdict.isPromoted && sealed.faults.length === 0,
    reasons: [...verdict.reasons, ...sealed.faults],
  };
}
