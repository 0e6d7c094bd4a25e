import { compare, isRight, isSettled, isWrong, points, type Pair } from './paired.ts';

/** What the level of one test is shared between: more right, fewer wrong, fewer calls of the LLM. */
const looks = 3;
/** Share of the calls of the LLM that a candidate of equal quality has to save. */
const leastSaving = 0.05;

export interface ReasonToChange {
  /** Sentences; none where chance explains all that is better. */
  readonly reasons: readonly string[];
  /** The smallest chance that any of these would look so good between equals. */
  readonly chance: number;
}

/**
 * Better on the whole, beyond chance: more messages settled rightly, fewer settled wrongly (exact McNemar over
 * conversations), or clearly fewer calls of the LLM.
 * @param level probability of any such reason between equals
 */
export function reasonToChange(pairs: readonly Pair[], level: number): ReasonToChange {
  const gain = compare(pairs, isRight);
  const relief = compare(
    pairs.map(([fresh, old, weight]): Pair => (weight === undefined ? [old, fresh] : [old, fresh, weight])),
    isWrong,
  );
  const saving = compare(pairs, isSettled);
  const before = pairs.reduce((sum, [, old, weight = 1]) => (old.tier === null ? sum + weight : sum), 0);
  const saved = before === 0 ? 0 : (saving.difference * saving.rows) / before;
  const reasons: string[] = [];
  const isBeyond = (chance: number): boolean => chance < level / looks;
  const by = (chance: number): string =>
    `(by chance: ${chance.toPrecision(2)}; allowed ${(level / looks).toPrecision(2)})`;
  if (gain.difference > 0 && isBeyond(gain.chance)) {
    reasons.push(`it settles ${points(gain.difference)} more messages rightly ${by(gain.chance)}`);
  }
  if (relief.difference > 0 && isBeyond(relief.chance)) {
    reasons.push(`it settles ${points(relief.difference)} fewer messages wrongly ${by(relief.chance)}`);
  }
  if (saved >= leastSaving && isBeyond(saving.chance)) {
    reasons.push(`it saves ${points(saved)} of the calls of the LLM ${by(saving.chance)}`);
  }
  return { reasons, chance: Math.min(1, looks * Math.min(gain.chance, relief.chance, saving.chance)) };
}
