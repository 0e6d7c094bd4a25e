import type { Destination } from '../../engine/core/destination.ts';

export const contentClasses = ['deterministic', 'fixed', 'prose'] as const;
/** deterministic: to execute; fixed: to carry or store; prose: to be understood. */
export type ContentClass = (typeof contentClasses)[number];

/** One labelled message for the decision tree router. */
export interface DtrExample {
  readonly text: string;
  readonly class: ContentClass;
  /** Finer kind where the source knows it (`bash`, `csv`, ...), null else. */
  readonly subtype: string | null;
  /** Where it went; null for prose and where the source does not know. */
  readonly destination: Destination | null;
  /** The part of `text` that was handed to the tool; null where it was the whole text or is unknown. */
  readonly payload: string | null;
  /** Publisher, file or desk that the text came from; for leave-source-out. */
  readonly source: string;
}
