import type { ActionEngine } from '../../engine/action/action-engine.ts';
import type { Bus } from '../../engine/bus/bus.ts';
import type { Clock, IdSource } from '../../engine/core/clock.ts';
import type { Verdict } from '../../engine/core/decision.ts';
import type { Message } from '../../engine/core/message.ts';
import type { Turn } from '../../engine/core/turn.ts';
import type { ProcessDesk } from '../processes/process-desk.ts';

/** The thinking half: proposes, never acts. A pipeline has this shape for its role. */
export interface ThoughtEngine {
  /** @throws what the last tier throws */
  consider(turn: Turn): Promise<Verdict>;
  /** The tiers that always settle (context and Imperator) alone: for what a cheap tier could not bring to an end. */
  escalate(turn: Turn): Promise<Verdict>;
}

export interface MadParts {
  /** Its name on the bus. */
  readonly name: string;
  /** Role whose models think for it; a MAD's name where it has one role. */
  readonly role: string;
  /** Null for a MAD that only offers tools. */
  readonly thinking: ThoughtEngine | null;
  readonly actions: ActionEngine;
  /** Processes that it can follow by itself. */
  readonly desk?: ProcessDesk;
  /** Earlier messages of a conversation, oldest first, where the sender did not bring them. */
  readonly history?: (conversation: string, before: string) => Promise<readonly Message[]>;
  /** Keeps what it said and did on the way to a reply; the reply itself is kept by the bus. */
  readonly keep?: (messages: readonly Message[]) => Promise<void>;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly ids: IdSource;
}
