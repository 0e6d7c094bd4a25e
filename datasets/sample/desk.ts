import type { Conversation } from '../../engine/core/conversation.ts';
import { Snippets } from './base-corpus.ts';
import { ConversationWriter } from './conversation-writer.ts';
import { Draw } from './draw.ts';
import { openAnswer, openQuestion } from './open-talk.ts';
import { PayloadTalk } from './payload-talk.ts';
import { ProcessTalk } from './process-talk.ts';
import { scenarios } from './processes/scenarios.ts';

/** Enough that each step of each process was seen some twenty times. */
export const deskSize = 600;

/** The desk opens on Monday, 5 January 2026, 08:00 UTC; about every nine minutes somebody writes. */
const opening = Date.UTC(2026, 0, 5, 8);
const everyMs = 9 * 60_000;

const greetings = [
  'hello',
  'hi',
  'hi there',
  'good morning',
  'Good afternoon',
  'hey',
  'Hello!',
  'hello, anybody there?',
];
const agents = ['billing-agent', 'sensor-hub', 'deploy-bot', 'report-agent'];

/** Roles of the sample desk and their shares of the conversations. */
const roles: readonly (readonly [role: string, share: number])[] = [
  ['ops-desk', 0.36],
  ['support-agent', 0.38],
  ['pm', 0.26],
];

export const sampleRoles: readonly string[] = roles.map(([role]) => role);

/**
 * A small office, made up: an operations desk that gets commands, code and data; support agents and project managers
 * who follow processes. The same seed gives the same conversations, word for word, and no conversation is labelled:
 * what the assistant did is all there is to learn from.
 */
export function sampleConversations(
  seed: number,
  { conversations = deskSize }: { readonly conversations?: number } = {},
): Conversation[] {
  const draw = new Draw(seed);
  const desk = new Desk();
  return Array.from({ length: conversations }, (_, index) => {
    const id = `sample-${seed}-${String(index + 1).padStart(4, '0')}`;
    return desk.conversation(draw, id, opening + index * everyMs + draw.int(0, 300) * 1000);
  });
}

class Desk {
  readonly #snippets = new Snippets();
  readonly #payloads: Readonly<Record<string, PayloadTalk>>;
  readonly #dataOnly: PayloadTalk;

  constructor() {
    const isAttachment = (subtype: string): boolean => /^(csv|image|log|xml|json$|stacktrace|tsv)/.test(subtype);
    this.#dataOnly = new PayloadTalk(this.#snippets, (kind) => kind.class === 'fixed');
    this.#payloads = {
      'ops-desk': new PayloadTalk(this.#snippets, () => true),
      'support-agent': new PayloadTalk(this.#snippets, ({ subtype }) => isAttachment(subtype)),
      pm: new PayloadTalk(this.#snippets, ({ subtype }) => isAttachment(subtype) || subtype === 'slash_command'),
    };
  }

  conversation(draw: Draw, id: string, time: number): Conversation {
    const role = roleOf(draw.random());
    const isAgent = role === 'ops-desk' && draw.chance(0.1);
    const writer = new ConversationWriter(draw, id, role, isAgent ? draw.pick(agents) : 'user', time);
    if (role === 'ops-desk') this.#operations(writer, isAgent);
    else this.#office(writer, role);
    return writer.done();
  }

  /** Two to seven messages, mostly payloads; other agents only bring data, they command nothing. */
  #operations(writer: ConversationWriter, isAgent: boolean): void {
    const { draw } = writer;
    const payloads = isAgent ? this.#dataOnly : this.#payloads['ops-desk'];
    for (let left = draw.int(2, 7); left > 0; left -= 1) {
      if (draw.chance(0.18)) this.#openTalk(writer);
      else payloads?.send(writer);
    }
    // A conversation must hold something, also where nothing new was left to send.
    this.#openTalk(writer);
  }

  #office(writer: ConversationWriter, role: string): void {
    const { draw } = writer;
    if (draw.chance(0.12)) {
      writer.ask(draw.pick(greetings));
      writer.reply('Hello! How can I help you?');
    }
    if (draw.chance(0.08)) this.#payloads[role]?.send(writer);
    if (draw.chance(0.1)) {
      this.#openTalk(writer);
      if (draw.chance(0.5)) return;
    }
    this.#processes(writer, role, '', 3);
    if (draw.chance(0.08)) this.#openTalk(writer);
    if (draw.chance(0.05)) this.#payloads[role]?.send(writer);
  }

  #processes(writer: ConversationWriter, role: string, before: string, left: number, last = ''): void {
    const { draw } = writer;
    const scenario = draw.pick(scenarios.filter((each) => each.role === role && each.name !== last));
    const ending = new ProcessTalk(writer, scenario, this.#snippets).play(before);
    if (ending === 'ended' || ending === 'handed-over' || (ending === 'wants-more' && left === 0)) return;
    const turn = draw.pick([
      'actually, forget that: ',
      'no wait, first something else: ',
      'never mind. ',
      'leave that. ',
    ]);
    this.#processes(writer, role, ending === 'changed' ? turn : '', left - 1, scenario.name);
  }

  #openTalk(writer: ConversationWriter): void {
    const question = this.#snippets.take(writer.draw, openQuestion);
    const answer = this.#snippets.take(writer.draw, openAnswer);
    if (question === null || answer === null) return;
    writer.ask(question);
    writer.reply(answer);
  }
}

function roleOf(at: number): string {
  let sum = 0;
  for (const [role, share] of roles) {
    sum += share;
    if (at < sum) return role;
  }
  return 'pm';
}
