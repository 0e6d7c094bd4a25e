import type { Part } from './message.ts';
import type { TierName } from './tier-name.ts';

/** What is to be done about a message. Proposed by a tier, carried out (or refused) by the action engine. */
export type Outcome =
  | {
      readonly kind: 'tool-call';
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>>;
      readonly process?: string;
      readonly step?: string;
    }
  | {
      readonly kind: 'reply';
      readonly text: string;
      readonly process?: string;
      readonly step?: string;
      /** Set where the reply asks for the value of one slot. */
      readonly asks?: string;
    }
  | { readonly kind: 'refuse'; readonly text: string; readonly policy: string };

/** A reason that a person can check: what was seen, and how much it weighed (sign = for or against). */
export interface Evidence {
  readonly what: string;
  readonly weight?: number;
}

interface Considered {
  readonly tier: TierName;
  /** What the tier's model called the message; null where no model ran. */
  readonly label: string | null;
  /** Calibrated probability that settling this way is right, in [0, 1]; null where no model ran. */
  readonly confidence: number | null;
  /** Lowest confidence that settles; null where nothing is certified. */
  readonly threshold: number | null;
  /** One plain sentence. */
  readonly reason: string;
  /** sha256 of the artefact that answered. */
  readonly model: string | null;
  readonly evidence: readonly Evidence[];
  /** Probability with which this choice was made; 1 unless the choice was explored. */
  readonly propensity: number;
}

export interface Settled extends Considered {
  readonly settled: true;
  readonly outcome: Outcome;
  /** LLM usage, where an LLM settled it. */
  readonly usage?: Usage;
  /** All that an LLM said, where the outcome cannot hold it: words beside a call, several calls. */
  readonly parts?: readonly Part[];
  /** Why an LLM stopped. */
  readonly finish?: FinishReason;
}

export interface Passed extends Considered {
  readonly settled: false;
  /** What the tier would have done; kept for shadow evaluation, never executed. */
  readonly proposal?: Outcome;
  /** What the tier prepared for the tiers above. */
  readonly prepared?: Preparation;
}

/** `length`: the answer was cut by a token limit. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

/** Settle the message, or pass it up: there is no third way. */
export type Verdict = Settled | Passed;

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

/** One piece that may go into the context, with the reason for its fate. */
export interface ContextChoice {
  readonly id: string;
  readonly chosen: boolean;
  readonly score: number;
  /** Tokens as it went in; of a piece that stayed out those of its whole text. */
  readonly tokens: number;
  readonly reason: string;
  /** It would have come in with some tokens more. */
  readonly soon?: boolean;
  /** Set for a piece from outside the conversation. */
  readonly kind?: string;
  readonly place?: string;
  /** What it says, where the log has it under no message. */
  readonly text?: string;
}

/** How a piece is shown: as it stands, in a shorter form, or by a handle with which it can be fetched. */
export type PieceForm = 'whole' | 'short' | 'handle';

/** A piece of the LLM's context: a message of the conversation (by id) or a text found elsewhere. */
export interface ContextPiece {
  readonly id: string;
  /** What the LLM is to see of it. */
  readonly text: string;
  readonly kind: string;
  readonly place?: string;
  /** Whole where absent. */
  readonly form?: PieceForm;
  /** A message that is quoted beside the open one instead of standing in its old place. */
  readonly quoted?: boolean;
}

/** Work of a lower tier that helps a higher one. */
export interface Preparation {
  /** Messages (by id) and other texts that the LLM should see, in order. */
  readonly context?: readonly ContextPiece[];
  readonly choices?: readonly ContextChoice[];
  /** What the process mapper would do next, told to the LLM as a suggestion. */
  readonly plan?: string;
}

/** One row per visit of a message to a tier. */
export interface Decision {
  readonly id: string;
  readonly message: string;
  readonly conversation: string;
  readonly role: string;
  readonly time: number;
  readonly tier: TierName;
  readonly settled: boolean;
  readonly outcome: Outcome | null;
  readonly label: string | null;
  readonly confidence: number | null;
  readonly threshold: number | null;
  readonly reason: string;
  readonly model: string | null;
  readonly evidence: readonly Evidence[];
  readonly choices: readonly ContextChoice[];
  readonly propensity: number;
  readonly latencyUs: number;
  readonly costUsd: number;
  /** True for a visit that had no effect. */
  readonly shadow: boolean;
}
