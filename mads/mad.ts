import type { ActionEngine } from '../engine/action/action-engine.ts';
import type { Bus, Delivery, Parcel } from '../engine/bus/bus.ts';
import type { Clock, IdSource } from '../engine/core/clock.ts';
import type { Verdict } from '../engine/core/decision.ts';
import { EngineError } from '../engine/core/errors.ts';
import type { Message, Part } from '../engine/core/message.ts';
import { toolCallsOf } from '../engine/core/message.ts';
import type { Turn } from '../engine/core/turn.ts';
import type { ProcessDesk } from './process-desk.ts';
import { TurnHandling } from './turn-handling.ts';
import { attachmentOf, type CallReport, type CallRequest } from './turn-parcel.ts';

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

/**
 * Multipurpose Agentic Duo: a thought engine and an action engine for one domain, speaking over the bus alone. The
 * action engine takes a message in; a call of its own tools it carries out, everything else it puts to the thought
 * engine, does what was decided and replies.
 */
export class Mad {
  readonly name: string;
  readonly role: string;
  readonly #parts: MadParts;
  readonly #leave: () => void;
  readonly #atWork = new Set<Promise<unknown>>();

  /** Takes its place on the bus. @throws BAD_REQUEST where the name is taken */
  constructor(parts: MadParts) {
    this.name = parts.name;
    this.role = parts.role;
    this.#parts = parts;
    this.#leave = parts.bus.subscribe(parts.name, (delivery) => this.#track(this.#handle(delivery)));
  }

  /** Leaves the bus when what it has begun is done. */
  async end(): Promise<void> {
    this.#leave();
    await Promise.allSettled(this.#atWork);
  }

  async #track(work: Promise<Parcel | undefined>): Promise<Parcel | undefined> {
    this.#atWork.add(work);
    try {
      return await work;
    } finally {
      this.#atWork.delete(work);
    }
  }

  async #handle(delivery: Delivery): Promise<Parcel | undefined> {
    const call = attachmentOf(delivery, 'call');
    if (call !== undefined) return this.#call(delivery, call);
    const request = attachmentOf(delivery, 'turn');
    if (request === undefined) return undefined;
    if (this.#parts.thinking === null) {
      throw new EngineError('BAD_REQUEST', { detail: `${this.name} offers tools and answers no messages` });
    }
    return new TurnHandling({ ...this.#parts, thinking: this.#parts.thinking }, delivery, request).reply();
  }

  async #call(delivery: Delivery, request: CallRequest): Promise<Parcel> {
    const { message, signal } = delivery;
    const { caller, allows } = request;
    const values: unknown[] = [];
    const parts: Part[] = [];
    for (const call of toolCallsOf(message)) {
      const authority = { caller, allows, provenance: [call.provenance] };
      const context = { authority, conversation: message.conversation, signal };
      const result = await this.#parts.actions.execute(call, context);
      values.push(result.value);
      parts.push({ kind: 'tool-result', callId: call.id, text: result.text, provenance: 'tool' });
    }
    const { clock, ids } = this.#parts;
    const reply: Message = {
      id: ids('msg'),
      conversation: message.conversation,
      author: 'tool',
      sender: this.name,
      recipient: message.sender,
      time: clock.now(),
      parts,
    };
    return { message: reply, attachment: { kind: 'result', values } satisfies CallReport };
  }
}
