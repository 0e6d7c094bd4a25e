import { pairedDifference, points, signed, z95, type PairedDifference } from './paired.ts';

/** Share of the evidence of one question that a context model brings into the budget, in [0, 1]. */
export interface FoundEvidence {
  readonly question: string;
  readonly conversation: string;
  readonly recall: number;
}

export interface ContextTerms {
  /** No context model serves yet: one that is not shown to be worse than words and recency may. */
  readonly isFirst?: boolean;
  /** Largest loss that counts as none; default 0.02, two points of the evidence. */
  readonly margin?: number;
  /** Probability of calling it better between equals. */
  readonly level: number;
}

export interface ContextVerdict {
  /** It may serve: no worse, beyond doubt. */
  readonly isAccepted: boolean;
  /** It finds more than chance explains, which is a reason to change the bundle. */
  readonly isBetter: boolean;
  /** One plain sentence, whatever the verdict. */
  readonly reason: string;
  /** Candidate less what serves. */
  readonly recall: PairedDifference;
  /** Conversations that are missing to decide; 0 where there are enough. */
  readonly missing: number;
}

const marginByDefault = 0.02;
/** Of fewer conversations the spread is not known well enough for a bound. */
const fewestConversations = 20;
/** Of fewer a loss may be one odd conversation. */
const fewestOfLoss = 5;

/**
 * Whether a context model may take the place of what serves, by the evidence that both find of the same questions, which
 * neither learned from. Conversations are what is counted: questions of one have their candidates in common.
 * @param by what serves, in words: the champion, or shared words and recency
 */
export function judgeContext(
  candidate: readonly FoundEvidence[],
  serving: readonly FoundEvidence[],
  by: string,
  { isFirst = false, margin = marginByDefault, level }: ContextTerms,
): ContextVerdict {
  const before = new Map(serving.map((row) => [row.question, row.recall]));
  const rows = candidate.filter(({ question }) => before.has(question));
  const recall = pairedDifference(
    rows.map((row) => row.recall),
    rows.map((row) => before.get(row.question)!),
    rows.map((row) => row.conversation),
  );
  const conversations = new Set(rows.map((row) => row.conversation)).size;
  const { difference, lower, upper, chance } = recall;
  const compared = `on ${rows.length} questions of ${conversations} held-out conversations`;
  const against = `${signed(difference)} (at worst ${signed(lower)}) of the evidence against ${by}`;
  const found = `the context model finds ${against}, ${compared}`;
  const refused = (why: string, missing: number): ContextVerdict => {
    return { isAccepted: false, isBetter: false, reason: `${why}; what serves stays`, recall, missing };
  };
  if (conversations >= fewestOfLoss && upper < 0) return refused(found, 0);
  if (isFirst) return { isAccepted: true, isBetter: false, reason: found, recall, missing: 0 };
  if (conversations < fewestConversations) {
    const missing = fewestConversations - conversations;
    return refused(`${found}: ${missing} more conversations with questions are needed to judge it`, missing);
  }
  if (lower <= -margin) {
    // At the spread seen here the bound of an equal model comes inside the margin with so many.
    const spread = ((difference - lower) / z95) * Math.sqrt(conversations);
    const missing = Math.max(1, Math.ceil(((z95 * spread) / margin) ** 2) - conversations);
    if (difference <= -margin) return refused(found, 0);
    const proof = `about ${missing} more conversations are needed to prove it within ${points(margin)}`;
    return refused(`${found}: ${proof}`, missing);
  }
  const isBetter = difference > 0 && chance < level;
  const likely = isBetter ? ` (by chance: ${chance.toPrecision(2)}; allowed ${level.toPrecision(2)})` : '';
  return { isAccepted: true, isBetter, reason: `${found}${likely}`, recall, missing: 0 };
}
