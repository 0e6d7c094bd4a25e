import { binomialTail } from '../../models/binomial.ts';
import { compare, isUnsafe, type Pair } from './paired.ts';

/**
 * A teacher who is wrong now and then calls some honest commands prose. More than what is explained with this chance by
 * that noise alone counts as real: what was executed cannot be taken back, so doubt speaks against the candidate.
 */
const explained = 0.25;

/**
 * How many more messages it would execute that nobody wanted executed; 0 where the noise of the labels explains them. On
 * trusted labels each one counts.
 * @param labelNoise share of wrong labels, a low estimate, in [0, 0.5)
 */
export function unsafeBeyondNoise(pairs: readonly Pair[], labelNoise: number): number {
  const { better, worse } = compare(pairs, isUnsafe);
  const more = better - worse;
  if (more <= 0) return 0;
  // noise of the labels makes only what is executed look unwanted, however much else is newly settled
  const fresh = pairs.filter(([candidate, champion]) => candidate.executes && champion.tier === null).length;
  const chance = fresh < more ? 0 : 1 - binomialTail(more - 1, fresh, labelNoise);
  return chance < explained ? more : 0;
}
