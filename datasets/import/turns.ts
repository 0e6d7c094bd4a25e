import type { Conversation, Split } from '../../engine/core/conversation.ts';
import type { Annotation, Message, Part } from '../../engine/core/message.ts';
import {
  FieldFault,
  isObject,
  kindOf,
  objectAt,
  optionalId,
  optionalString,
  reasonOf,
  stringAt,
  type JsonObject,
} from './field.ts';
import { lineSpacingMs, messageSpacingMs } from './identity.ts';
import type { Reader, Reading, ReadingOptions } from './reader.ts';
import { readRecords } from './records.ts';

const speakers = ['user', 'agent', 'action', 'kb'] as const;
type Speaker = (typeof speakers)[number];

/**
 * One turn a row, the rows of a conversation together and in order: {conversation_id, turn, speaker, text, process,
 * step, action, values, split}. Each row becomes one message, annotated with its process, step and values.
 */
export const turnsReader: Reader = {
  name: 'turns',

  recognises: (record) => isObject(record) && 'conversation_id' in record && 'speaker' in record && 'turn' in record,

  async *read(path, options) {
    const groups = new TurnGroups(options);
    for await (const records of readRecords(path, options)) {
      const readings: Reading[] = [];
      for (const record of records) {
        const { line } = record;
        if (record.fault !== null) {
          const left = record.isCut ? groups.drop() : null;
          const rest = left === null ? '' : `; conversation "${left}", of which more may follow, was left out`;
          readings.push({ kind: 'bad', bad: { file: path, line, reason: record.fault + rest } });
          continue;
        }
        try {
          const finished = groups.add(objectAt(record.value, 'row'), line);
          if (finished !== null) readings.push({ kind: 'conversation', ...finished, namesRole: false });
        } catch (error) {
          readings.push({ kind: 'bad', bad: { file: path, line, reason: reasonOf(error) } });
        }
      }
      yield readings;
    }
    const last = groups.finish();
    if (last !== null) yield [{ kind: 'conversation', ...last, namesRole: false }];
  },
};

interface Finished {
  readonly conversation: Conversation;
  readonly line: number;
}

interface Group {
  readonly id: string;
  readonly split: Split | null;
  readonly line: number;
  readonly base: number;
  readonly messages: Message[];
  turn: number;
  call: { id: string; name: string } | null;
}

class TurnGroups {
  readonly #options: ReadingOptions;
  readonly #finished = new Set<string>();
  #open: Group | null = null;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  /** Takes a row; gives the conversation that it ends, if it begins another. @throws FieldFault */
  add(row: JsonObject, line: number): Finished | null {
    const id = optionalId(row['conversation_id'], 'conversation_id');
    if (id === null) throw new FieldFault('conversation_id: missing');
    const split = splitOf(row['split']);
    const turn = row['turn'];
    if (typeof turn !== 'number' || !Number.isInteger(turn) || turn < 0) {
      throw new FieldFault(`turn: expected a whole number from 0, got ${kindOf(turn)}`);
    }
    const open = this.#open;
    if (open !== null && open.id === id) {
      if (open.split !== split) throw new FieldFault(`split: "${split}" in a conversation of split "${open.split}"`);
      if (turn <= open.turn) throw new FieldFault(`turn: ${turn} does not follow turn ${open.turn}`);
      open.messages.push(this.#message(row, open, turn));
      open.turn = turn;
      return null;
    }
    if (this.#finished.has(id)) throw new FieldFault(`conversation_id: the rows of "${id}" do not stand together`);
    // Conversations without times: the n-th of the file begins n minutes after 1970-01-01, as in `identity.ts`.
    const base = (this.#finished.size + (open === null ? 0 : 1)) * lineSpacingMs;
    const next: Group = { id, split, line, base, messages: [], turn, call: null };
    next.messages.push(this.#message(row, next, turn));
    const finished = this.finish();
    this.#open = next;
    return finished;
  }

  /** Forgets the open conversation; gives its name. */
  drop(): string | null {
    const open = this.#open;
    this.#open = null;
    return open?.id ?? null;
  }

  finish(): Finished | null {
    const open = this.#open;
    if (open === null) return null;
    this.#open = null;
    this.#finished.add(open.id);
    const { id, split, messages, line } = open;
    return { conversation: { id, role: this.#options.role, split, tools: [], messages }, line };
  }

  #message(row: JsonObject, group: Group, turn: number): Message {
    const speaker = stringAt(row['speaker'], 'speaker') as Speaker;
    if (!speakers.includes(speaker)) throw new FieldFault(`speaker: no speaker is called "${speaker.slice(0, 40)}"`);
    const text = optionalString(row['text'], 'text') ?? '';
    const values = valuesOf(row['values']);
    const action = optionalString(row['action'], 'action');
    const annotation: Annotation = {
      process: optionalString(row['process'], 'process'),
      step: stepOf(row['step']),
      values,
    };
    const role = this.#options.role;
    const known = {
      id: `${group.id}/${turn}`,
      conversation: group.id,
      time: group.base + turn * messageSpacingMs,
      annotation,
    };
    if (speaker === 'user') {
      const parts: Part[] = [{ kind: 'text', text, provenance: 'caller' }];
      return { ...known, author: 'user', sender: 'user', recipient: role, parts };
    }
    if (speaker === 'kb') {
      const callId = group.call?.id ?? `${known.id}/no-call`;
      const result = text === '' || values !== null ? JSON.stringify(values ?? {}) : text;
      const parts: Part[] = [{ kind: 'tool-result', callId, text: result, provenance: 'tool' }];
      return { ...known, author: 'tool', sender: action ?? group.call?.name ?? 'tool', recipient: role, parts };
    }
    if (speaker === 'action' && action === null) throw new FieldFault('action: an action row names no action');
    const parts: Part[] = [];
    if (action !== null) {
      const id = `${known.id}/call`;
      group.call = { id, name: action };
      parts.push({ kind: 'tool-call', id, name: action, arguments: values ?? {}, provenance: 'model' });
    }
    // What an action row says is the system's notice, not the agent's words.
    if (text !== '') parts.push({ kind: 'text', text, provenance: speaker === 'action' ? 'tool' : 'model' });
    return { ...known, author: 'assistant', sender: role, recipient: 'user', parts };
  }
}

function splitOf(value: unknown): Split | null {
  const split = optionalString(value, 'split');
  return split === 'train' || split === 'val' || split === 'test' ? split : null;
}

/** One step name; a list of dialogue acts is sorted and joined with `+`, so that their order does not matter. */
function stepOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || !value.every((act) => typeof act === 'string')) {
    throw new FieldFault(`step: expected a string, an array of strings or null, got ${kindOf(value)}`);
  }
  return value.length === 0 ? null : [...value].sort().join('+');
}

/** Values by slot; a list without names is kept under `values`. */
function valuesOf(value: unknown): Readonly<Record<string, unknown>> | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : { values: value };
  return objectAt(value, 'values');
}
