import type { ConsideredMessage } from '../../datasets/log/considered-messages.ts';
import type { DriftSign } from '../../engine/core/learning.ts';
import { clopperPearsonLower, clopperPearsonUpper } from '../../models/binomial.ts';
import { Adwin } from './adwin.ts';
import { categoryCounts, falseAlarm, fewestRows, quantileCounts, shiftOf } from './psi.ts';

/** Messages that say how it was when the models began to serve, and those that say how it is now. */
const windows = { before: 1000, now: 500 };
/** Change of the number of messages a day that is worth a word, as a factor either way. */
const volumeFactor = 3;
/** Rise of the share of messages that begin in an unknown way and reach the LLM. */
const unknownRise = 0.05;
/** Error that is put up with beside ADWIN's own bound: a rise is told only where it leaves the budget. */
export interface DriftSettings {
  readonly role: string;
  /** Error budget, in (0, 1). */
  readonly alpha: number;
}

/** What changed since a role's models began to serve; `messages` oldest first. Empty where there are too few. */
export function driftSigns(messages: readonly ConsideredMessage[], settings: DriftSettings): DriftSign[] {
  const { role } = settings;
  const signs: DriftSign[] = [];
  const error = errorSign(messages, settings);
  if (error !== null) signs.push(error);
  const before = messages.slice(0, Math.min(windows.before, Math.floor(messages.length / 2)));
  const now = messages.slice(before.length).slice(-windows.now);
  if (before.length < fewestRows || now.length < fewestRows) return signs;
  const shift = (kind: 'feature' | 'score', what: string, counts: readonly [number[], number[]]): void => {
    const sizes = counts.map((one) => one.reduce((total, count) => total + count, 0));
    const [n = 0, m = 0] = sizes;
    if (n < fewestRows || m < fewestRows) return;
    const { psi, limit } = shiftOf(...counts);
    signs.push({ role, kind, what, value: psi, limit, isDrift: psi >= limit, before: n, now: m });
  };
  const read = <Value>(field: (message: ConsideredMessage) => Value | null): [Value[], Value[]] => {
    const known = (rows: readonly ConsideredMessage[]): Value[] =>
      rows.map(field).filter((value) => value !== null) as Value[];
    return [known(before), known(now)];
  };
  shift('feature', 'length of the messages', quantileCounts(...read((one) => one.length)));
  shift('feature', 'kind of content', categoryCounts(...read((one) => one.dtrLabel)));
  shift('feature', 'step of a process', categoryCounts(...read((one) => one.lppmLabel)));
  shift('feature', 'tier that settles', categoryCounts(...read((one) => one.tier ?? 'nobody')));
  shift('score', 'confidence of the tree router', quantileCounts(...read((one) => one.dtrConfidence)));
  shift('score', 'confidence of the process mapper', quantileCounts(...read((one) => one.lppmConfidence)));
  signs.push(unknownSign(role, before, now));
  const volume = volumeSign(role, before, now);
  if (volume !== null) signs.push(volume);
  return signs;
}

function errorSign(messages: readonly ConsideredMessage[], { role, alpha }: DriftSettings): DriftSign | null {
  const judged = messages.filter((one) => one.tier !== null && one.tier !== 'imperator' && one.correct !== null);
  if (judged.length === 0) return null;
  const window = new Adwin();
  for (const one of judged) window.add(one.correct === true ? 0 : 1);
  const isDrift = window.rises > 0 && window.mean > alpha;
  const what = 'share of settled messages that were wrong';
  const { length } = judged;
  return { role, kind: 'error', what, value: window.mean, limit: alpha, isDrift, before: length, now: window.width };
}

/** New ways to begin a message that no tier settles: commands and wishes that nothing was learned about. */
function unknownSign(role: string, before: readonly ConsideredMessage[], now: readonly ConsideredMessage[]): DriftSign {
  const half = Math.floor(before.length / 2);
  const known = new Set(before.slice(0, half).map((one) => one.opening));
  const isUnknown = (one: ConsideredMessage): boolean =>
    !known.has(one.opening) && (one.tier === null || one.tier === 'imperator');
  const usual = before.slice(half);
  const usually = clopperPearsonUpper(usual.filter(isUnknown).length, usual.length, falseAlarm);
  const unknown = now.filter(isUnknown).length;
  const isDrift = clopperPearsonLower(unknown, now.length, falseAlarm) > usually && unknown / now.length > unknownRise;
  const what = 'messages that begin in a new way and reach the LLM';
  const limit = Math.max(usually, unknownRise);
  return {
    role,
    kind: 'unknown',
    what,
    value: unknown / now.length,
    limit,
    isDrift,
    before: usual.length,
    now: now.length,
  };
}

/** Messages an hour, now against before; null where no time went by. */
function volumeSign(
  role: string,
  before: readonly ConsideredMessage[],
  now: readonly ConsideredMessage[],
): DriftSign | null {
  const rate = (rows: readonly ConsideredMessage[]): number => {
    const ms = (rows.at(-1)?.time ?? 0) - (rows[0]?.time ?? 0);
    return ms <= 0 ? Number.NaN : (rows.length * 3_600_000) / ms;
  };
  const factor = rate(now) / rate(before);
  if (!Number.isFinite(factor) || factor <= 0) return null;
  const value = Math.max(factor, 1 / factor);
  const isDrift = value >= volumeFactor;
  const what = factor >= 1 ? 'messages an hour, times more' : 'messages an hour, times fewer';
  return { role, kind: 'volume', what, value, limit: volumeFactor, isDrift, before: before.length, now: now.length };
}
