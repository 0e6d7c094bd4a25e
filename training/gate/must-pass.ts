import type { SettledTurn } from '../ladder/evaluate.ts';
import { isWrong, pairUp } from './paired.ts';

/** Messages that people corrected, as both would settle them now; they taught the candidate, so they prove nothing else. */
export interface Corrected {
  readonly candidate: readonly SettledTurn[];
  /** Empty where no champion serves. */
  readonly champion: readonly SettledTurn[];
}

export interface MustPass {
  /** Corrected messages that the champion settles wrongly and the candidate does not. */
  readonly mended: number;
  /** ... and the other way round. */
  readonly broken: readonly string[];
  /** Corrected messages that the candidate still settles wrongly. */
  readonly open: readonly string[];
}

/**
 * Every correction is a case that has to pass from then on. One that no model has passed yet keeps nobody from service,
 * it is named; one that the champion passes may not be lost.
 */
export function mustPass({ candidate, champion }: Corrected): MustPass {
  const pairs = pairUp(candidate, champion);
  return {
    mended: pairs.filter(([fresh, old]) => isWrong(old) && !isWrong(fresh)).length,
    broken: pairs.filter(([fresh, old]) => isWrong(fresh) && !isWrong(old)).map(([{ message }]) => message),
    open: candidate.filter(isWrong).map(({ message }) => message),
  };
}
