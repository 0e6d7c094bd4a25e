import type { Delivery, Parcel } from '../engine/bus/bus.ts';
import { EngineError } from '../engine/core/errors.ts';
import type { Message, Part } from '../engine/core/message.ts';
import { toolCallsOf } from '../engine/core/message.ts';
import type { MadParts } from './turns/mad-parts.ts';
import { TurnHandling } from './turns/turn-handling.ts';
import { attachmentOf, type CallReport, type CallRequest } from './turns/turn-parcel.ts';

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
