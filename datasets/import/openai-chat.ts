import type { Conversation, Split } from '../../engine/core/conversation.ts';
import type { Author, Message, Part, Provenance, ToolCallPart } from '../../engine/core/message.ts';
import { callParts, contentParts } from './chat-parts.ts';
import { ToolLists } from './chat-tools.ts';
import {
  arrayAt,
  FieldFault,
  isObject,
  objectAt,
  optionalId,
  optionalString,
  optionalTime,
  reasonOf,
  stringAt,
  type JsonObject,
} from './field.ts';
import { messageName, messageTimes, Namer } from './identity.ts';
import type { Reader, Reading, ReadingOptions } from './reader.ts';
import { readRecords } from './records.ts';

const authors: Readonly<Record<string, Author>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/**
 * One conversation a line, as chat protocols and fine-tuning files write it. Beside `messages` a record may bring `id`,
 * `role` (of our agent), `time`, `split` and `tools`; a message `id`, `name` and `time`. See README.md for each choice.
 */
export const openaiChatReader: Reader = {
  name: 'openai-chat',

  recognises: (record) => isObject(record) && Array.isArray(record['messages']),

  async *read(path, options) {
    const namer = new Namer();
    const toolLists = new ToolLists();
    for await (const records of readRecords(path, options)) {
      const readings: Reading[] = [];
      for (const record of records) {
        const { line } = record;
        if (record.fault !== null) {
          readings.push({ kind: 'bad', bad: { file: path, line, reason: record.fault } });
          continue;
        }
        try {
          const conversation = conversationOf(record.value, line, options, namer, toolLists);
          readings.push({ kind: 'conversation', conversation, line, namesRole: namesRole(record.value) });
        } catch (error) {
          readings.push({ kind: 'bad', bad: { file: path, line, reason: reasonOf(error) } });
        }
      }
      yield readings;
    }
  },
};

function conversationOf(
  value: unknown,
  line: number,
  options: ReadingOptions,
  namer: Namer,
  toolLists: ToolLists,
): Conversation {
  const record = objectAt(value, 'record');
  const listed = arrayAt(record['messages'], 'messages').map((item, index) => objectAt(item, `messages[${index}]`));
  if (listed.length === 0) throw new FieldFault('messages: the conversation is empty');
  const role = optionalId(record['role'], 'role') ?? options.role;
  const split = splitOf(record['split']);
  const tools = toolLists.read(record);
  const given = listed.map((item, index) =>
    optionalTime(item['time'] ?? item['created_at'], `messages[${index}].time`),
  );
  const times = messageTimes(given, optionalTime(record['time'] ?? record['created'], 'time'), line);
  const id = optionalId(record['id'], 'id') ?? namer.conversation([role, record['messages']]);
  const messages = new MessageList(id, role);
  for (const [index, item] of listed.entries()) messages.add(item, times[index] as number, index);
  return { id, role, split, tools, messages: messages.done };
}

/** Of a record that was read without a fault. */
function namesRole(record: unknown): boolean {
  return optionalId(objectAt(record, 'record')['role'], 'role') !== null;
}

function splitOf(value: unknown): Split | null {
  const split = optionalString(value, 'split');
  if (split === 'train' || split === 'val' || split === 'test') return split;
  return split === 'validation' || split === 'dev' ? 'val' : null;
}

/** Builds the messages of one conversation: names them, and joins each tool result to the call that it answers. */
class MessageList {
  readonly done: Message[] = [];
  readonly #conversation: string;
  readonly #role: string;
  readonly #ids = new Set<string>();
  readonly #calls = new Map<string, ToolCallPart>();
  /** Calls without a result yet, oldest first. */
  #open: ToolCallPart[] = [];
  #partner = 'user';

  constructor(conversation: string, role: string) {
    this.#conversation = conversation;
    this.#role = role;
  }

  add(item: JsonObject, time: number, index: number): void {
    const where = `messages[${index}]`;
    const written = stringAt(item['role'], `${where}.role`);
    const author = Object.hasOwn(authors, written) ? authors[written] : undefined;
    if (author === undefined) throw new FieldFault(`${where}.role: no author is called "${written.slice(0, 40)}"`);
    const id = messageName(this.#conversation, optionalId(item['id'], `${where}.id`), index);
    if (this.#ids.has(id)) throw new FieldFault(`${where}.id: "${id}" stands twice in the conversation`);
    this.#ids.add(id);
    const name = optionalString(item['name'], `${where}.name`);
    const known = { id, conversation: this.#conversation, author, time };
    if (author === 'tool') this.#addResult(known, item, name, where);
    else if (author === 'assistant') this.#addAssistant(known, item, where);
    else this.#addIncoming(known, item, name, where);
  }

  #addIncoming(known: Known, item: JsonObject, name: string | null, where: string): void {
    const provenance = provenanceOf(known.author, name);
    const sender = name ?? known.author;
    if (known.author === 'user') this.#partner = sender;
    const parts = contentParts(item['content'], provenance, `${where}.content`);
    this.done.push({ ...known, sender, recipient: this.#role, parts });
  }

  #addAssistant(known: Known, item: JsonObject, where: string): void {
    const calls = callParts(item, known.id, where);
    for (const call of calls) this.#calls.set(call.id, call);
    this.#open.push(...calls);
    const parts = [...contentParts(item['content'] ?? item['refusal'], 'model', `${where}.content`), ...calls];
    this.done.push({ ...known, sender: this.#role, recipient: this.#partner, parts });
  }

  /** A result that names no call belongs to the oldest open call of that name, else to the oldest open one. */
  #addResult(known: Known, item: JsonObject, name: string | null, where: string): void {
    const given = optionalString(item['tool_call_id'], `${where}.tool_call_id`);
    const call =
      given === null ? (this.#open.find((open) => open.name === name) ?? this.#open[0]) : this.#calls.get(given);
    if (call !== undefined) this.#open = this.#open.filter((open) => open !== call);
    const callId = given ?? call?.id ?? `${known.id}/no-call`;
    const parts = contentParts(item['content'], 'tool', `${where}.content`).map((part): Part =>
      part.kind === 'text' ? { kind: 'tool-result', callId, text: part.text, provenance: 'tool' } : part,
    );
    if (parts.length === 0) parts.push({ kind: 'tool-result', callId, text: '', provenance: 'tool' });
    this.done.push({ ...known, sender: call?.name ?? name ?? 'tool', recipient: this.#role, parts });
  }
}

type Known = Pick<Message, 'id' | 'conversation' | 'author' | 'time'>;

/** Only an unnamed user, or one called `user` or `human`, is the caller; a named one is another agent. */
function provenanceOf(author: Author, name: string | null): Provenance {
  // A system prompt is read, never obeyed as a request to execute something.
  if (author === 'system') return 'document';
  return name === null || /^(user|human)$/i.test(name) ? 'caller' : 'agent';
}
