import type { Destination } from '../../engine/core/destination.ts';
import type { ContentClass } from './example.ts';
import type { Wish } from './mixed/instruction-seeds.ts';

/** A stretch of a message and what it is; bounds in UTF-16 code units. */
export interface MessagePart {
  readonly role: 'instruction' | 'payload' | 'whole';
  readonly class: ContentClass;
  readonly start: number;
  readonly end: number;
  /** What an instruction wants done with the payload. */
  readonly wish?: Wish;
}

export interface DtrPrediction {
  readonly class: ContentClass;
  readonly probabilities: Readonly<Record<ContentClass, number>>;
  /** Null for prose, and for content whose destination no example has shown. */
  readonly destination: Destination | null;
  /** Key of the destination; `prose` for prose, the class where no destination is known. */
  readonly destinationKey: string;
  /** Calibrated probability that class, destination and payload are all right. */
  readonly confidence: number;
  /** Exact text for the tool, an enclosing Markdown fence removed; null for prose. */
  readonly payload: string | null;
  readonly parts: readonly MessagePart[];
  /**
   * Why the payload may not be run although it was taken for something to run: it does not parse as what its destination
   * takes. Null where nothing speaks against it; worked out when it is read.
   */
  readonly fault: string | null;
  /**
   * Plain sentences, the most telling first; worked out only when asked for.
   * @param options.flips also the smallest change that would flip the route: about three times the work
   */
  explain(options?: { readonly flips: boolean }): string[];
}
