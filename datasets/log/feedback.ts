import type { Outcome } from '../../engine/core/decision.ts';
import type { TierName } from '../../engine/core/tier-name.ts';

/** Who says so, most trusted first; of several words on one decision the first in this order counts. */
export const feedbackSources = ['human', 'tool', 'verifier', 'teacher', 'implicit'] as const;
export type FeedbackSource = (typeof feedbackSources)[number];

/** What is known afterwards about a message or one decision on it. A tier's own decision is never feedback. */
export interface Feedback {
  readonly id: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly conversation: string;
  readonly message: string;
  /** The decision that is judged; null where the word is about the message as such. */
  readonly decision: string | null;
  /** The tier whose label is corrected. */
  readonly tier: TierName | null;
  /** Whether what was decided was right; null where only the right answer is given. */
  readonly correct: boolean | null;
  /** The right label, in the words of `tier`'s model. */
  readonly label: string | null;
  /** The right outcome. */
  readonly outcome: Outcome | null;
  readonly source: FeedbackSource;
  /** Trust in this word, in [0, 1]. */
  readonly confidence: number;
  readonly note: string | null;
}

/** Ids of words about messages that were drawn at random begin so: what people say unasked is no fair sample. */
export const drawnWordPrefix = 'look';

/** Names a decision or a message, and says what was wrong or right about it. */
export interface FeedbackInput {
  /** Given by the caller where the same word may arrive twice. */
  readonly id?: string;
  readonly time?: number;
  /** Said because the message was drawn to be looked at, by whoever may ask for such words; its id tells. */
  readonly isDrawn?: true;
  readonly decision?: string;
  readonly message?: string;
  readonly tier?: TierName;
  readonly correct?: boolean;
  readonly label?: string;
  readonly outcome?: Outcome;
  readonly source: FeedbackSource;
  readonly confidence?: number;
  readonly note?: string;
}
