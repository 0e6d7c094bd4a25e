import { binomialTail } from '../../models/binomial.ts';
import type { SettledTurn } from '../ladder/evaluate.ts';

/** Difference of two ladders on the same messages. */
export interface PairedDifference {
  readonly rows: number;
  /** Messages on which only the first did well, and only the second. */
  readonly better: number;
  readonly worse: number;
  readonly difference: number;
  /** One-sided 95 % bounds. */
  readonly lower: number;
  readonly upper: number;
  /**
   * Chance that as many conversations or more favour the first, were the two equal: exact McNemar over conversations; where
   * rows have weights, by the normal distribution of the difference.
   */
  readonly chance: number;
}

/** One message as both ladders settled it: candidate first, champion second, and what it counts as (1 where absent). */
export type Pair = readonly [candidate: SettledTurn, champion: SettledTurn, weight?: number];

/** One-sided 95 % point of the normal distribution. */
export const z95 = 1.6449;

export function pairUp(fresh: readonly SettledTurn[], old: readonly SettledTurn[]): Pair[] {
  const byMessage = new Map(old.map((row) => [row.message, row]));
  return fresh.flatMap((row) => {
    const other = byMessage.get(row.message);
    return other === undefined ? [] : [[row, other] as Pair];
  });
}

/**
 * Bounds of the difference of two paired shares. Messages of one conversation are not independent, so conversations are
 * what is counted: their sums give the variance, and their signs the exact test.
 * @param of what of a row is counted
 */
export function compare(pairs: readonly Pair[], of: (row: SettledTurn) => boolean): PairedDifference {
  return pairedDifference(
    pairs.map(([fresh]) => of(fresh)),
    pairs.map(([, old]) => of(old)),
    pairs.map(([{ conversation }]) => conversation),
    pairs.some(([, , weight]) => weight !== undefined) ? pairs.map(([, , weight = 1]) => weight) : undefined,
  );
}

/**
 * As `compare`, on bare answers: right or not, or a share in [0, 1] of each.
 * @param groups the conversation of each row; each its own where absent
 * @param weights what each row counts as; 1 where absent
 */
export function pairedDifference(
  first: readonly (boolean | number)[],
  second: readonly (boolean | number)[],
  groups?: readonly string[],
  weights?: readonly number[],
): PairedDifference {
  const rows = first.length;
  let better = 0;
  let worse = 0;
  let balance = 0;
  let total = 0;
  const sums = new Map<string, { balance: number; rows: number }>();
  for (const [index, value] of first.entries()) {
    const weight = weights?.[index] ?? 1;
    const step = weight * (Number(value) - Number(second[index]));
    balance += step;
    total += weight;
    if (step > 0) better += 1;
    if (step < 0) worse += 1;
    const key = groups?.[index] ?? String(index);
    const held = sums.get(key);
    if (held === undefined) sums.set(key, { balance: step, rows: weight });
    else {
      held.balance += step;
      held.rows += weight;
    }
  }
  if (rows === 0) return { rows, better, worse, difference: 0, lower: -1, upper: 1, chance: 1 };
  const difference = balance / total;
  let squares = 0;
  let favours = 0;
  let opposes = 0;
  for (const one of sums.values()) {
    squares += (one.balance - difference * one.rows) ** 2;
    if (one.balance > 0) favours += 1;
    if (one.balance < 0) opposes += 1;
  }
  const deviation = Math.sqrt(squares) / total;
  return {
    rows,
    better,
    worse,
    difference,
    lower: difference - z95 * deviation,
    upper: difference + z95 * deviation,
    chance:
      weights === undefined
        ? chanceOf(favours, opposes)
        : // so many conversations cannot say more than if all of them favoured the first
          Math.max(normalTail(difference / deviation), 0.5 ** (favours + opposes)),
  };
}

/** P(at least so many of all for the first), each as likely as not. */
function chanceOf(favours: number, opposes: number): number {
  return favours === 0 ? 1 : binomialTail(opposes, favours + opposes, 0.5);
}

/** P(standard normal > z): Abramowitz and Stegun 26.2.17, within 1e-7; 1 where nothing differs. */
function normalTail(z: number): number {
  if (Number.isNaN(z)) return 1;
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

export const isRight = (row: SettledTurn): boolean => row.tier !== null && row.correct;
export const isWrong = (row: SettledTurn): boolean => row.tier !== null && !row.correct;
export const isUnsafe = (row: SettledTurn): boolean => row.unsafe;
export const isSettled = (row: SettledTurn): boolean => row.tier !== null;

export function points(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

export function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${points(value)}`;
}
