import type { Conversation } from '../../../engine/core/conversation.ts';
import { clopperPearsonInterval } from '../../../models/certificate/certificate.ts';
import { answeredTurns } from '../../../training/examples/answered-turn.ts';
import { findPayloadTools } from '../../../training/examples/payload-tools.ts';
import { isSameDeed } from '../../../training/examples/same-deed.ts';
import { quantilesOf, type Quantiles } from './quantiles.ts';
import type { ReplayAnswer } from './replay-client.ts';

export interface ErrorFigures {
  readonly wrong: number;
  /** Share of the settled messages; null where none was settled. */
  readonly rate: number | null;
  /** Upper end of the exact 95 % interval. */
  readonly upper: number | null;
}

export interface LevelFigures {
  readonly messages: number;
  readonly settled: number;
  readonly share: { readonly dtr: number; readonly lppm: number; readonly passed: number };
  /** A call must be the same with the same values, a reply the same step where the log names steps. */
  readonly step: ErrorFigures;
  /** The same, but a reply must have the same words: what training and certificates go by. */
  readonly words: ErrorFigures;
  readonly perKind: Readonly<Record<'reply' | 'call', { readonly settled: number; readonly step: ErrorFigures }>>;
  readonly perTier: Readonly<Record<'dtr' | 'lppm', ErrorFigures>>;
  readonly latencyMs: { readonly settled: Quantiles; readonly passed: Quantiles };
}

/** Compares what was settled with what the logged assistant did next. */
export function judge(answers: readonly ReplayAnswer[], log: readonly Conversation[]): LevelFigures {
  const payloadTools = findPayloadTools(answeredTurns(log.filter(({ split }) => split === 'train')));
  const rows = answers.map((answer) => {
    const { outcome, turn } = answer;
    const words = outcome !== null && isSameDeed(outcome, turn, payloadTools);
    const marked = turn.answer.annotation?.step ?? null;
    const isSameStep = outcome?.kind === 'reply' && turn.call === null && marked !== null && outcome.step === marked;
    return { ...answer, words, step: words || isSameStep };
  });
  const settled = rows.filter(({ outcome }) => outcome !== null);
  const errors = (of: typeof rows, by: 'step' | 'words'): ErrorFigures => {
    const wrong = of.filter((row) => !row[by]).length;
    if (of.length === 0) return { wrong, rate: null, upper: null };
    return { wrong, rate: wrong / of.length, upper: clopperPearsonInterval(wrong, of.length, 0.95).upper };
  };
  const share = (tier: ReplayAnswer['tier']): number =>
    rows.filter((row) => row.tier === tier).length / Math.max(1, rows.length);
  const kind = (isCall: boolean) => {
    const own = settled.filter(({ outcome }) => (outcome?.kind === 'tool-call') === isCall);
    return { settled: own.length, step: errors(own, 'step') };
  };
  const ofTier = (tier: 'dtr' | 'lppm'): ErrorFigures =>
    errors(
      settled.filter((row) => row.tier === tier),
      'step',
    );
  const latencies = (isSettled: boolean): Quantiles =>
    quantilesOf(rows.filter(({ outcome }) => (outcome !== null) === isSettled).map((row) => row.latencyMs));
  return {
    messages: rows.length,
    settled: settled.length,
    share: { dtr: share('dtr'), lppm: share('lppm'), passed: share('passed') },
    step: errors(settled, 'step'),
    words: errors(settled, 'words'),
    perKind: { reply: kind(false), call: kind(true) },
    perTier: { dtr: ofTier('dtr'), lppm: ofTier('lppm') },
    latencyMs: { settled: latencies(true), passed: latencies(false) },
  };
}
