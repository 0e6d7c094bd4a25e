import type { Conversation } from '../../engine/core/conversation.ts';
import type { Author, Message, Part } from '../../engine/core/message.ts';
import { sampleTools } from './tools.ts';
import type { Draw } from './draw.ts';

/** Writes one conversation, message after message, with ids and times that depend on the seed alone. */
export class ConversationWriter {
  readonly draw: Draw;
  readonly #id: string;
  readonly #role: string;
  readonly #partner: string;
  readonly #messages: Message[] = [];
  #time: number;

  /** @param partner `user` for a person, else the name of the agent that writes */
  constructor(draw: Draw, id: string, role: string, partner: string, time: number) {
    this.draw = draw;
    this.#id = id;
    this.#role = role;
    this.#partner = partner;
    this.#time = time;
  }

  ask(text: string): void {
    const provenance = this.#partner === 'user' ? 'caller' : 'agent';
    this.#add('user', this.#partner, this.#role, { kind: 'text', text, provenance });
  }

  reply(text: string): void {
    this.#add('assistant', this.#role, this.#partner, { kind: 'text', text, provenance: 'model' });
  }

  call(name: string, given: Readonly<Record<string, unknown>>, result: Readonly<Record<string, unknown>>): void {
    const id = `call_${this.#id}_${this.#messages.length}`;
    const call: Part = { kind: 'tool-call', id, name, arguments: given, provenance: 'model' };
    this.#add('assistant', this.#role, this.#partner, call);
    this.#add('tool', name, this.#role, {
      kind: 'tool-result',
      callId: id,
      text: JSON.stringify(result),
      provenance: 'tool',
    });
  }

  done(): Conversation {
    return { id: this.#id, role: this.#role, split: null, tools: sampleTools(this.#role), messages: this.#messages };
  }

  #add(author: Author, sender: string, recipient: string, part: Part): void {
    const id = `${this.#id}/${this.#messages.length}`;
    this.#messages.push({ id, conversation: this.#id, author, sender, recipient, time: this.#time, parts: [part] });
    this.#time += this.draw.int(1, 40) * 1000;
  }
}
