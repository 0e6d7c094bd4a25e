import type { Conversation } from '../../engine/core/conversation.ts';
import type { Decision } from '../../engine/core/decision.ts';
import type { Message } from '../../engine/core/message.ts';
import { textOf } from '../../engine/core/message.ts';
import type { Feedback } from './feedback.ts';
import { outcomeKey } from './outcome-key.ts';
import type { JournalRecord, RecordKind } from './record.ts';

/** What a `conversation` record says: a conversation without its messages. */
export type ConversationHead = Omit<Conversation, 'messages'> & {
  /** Milliseconds since 1970-01-01 UTC at which it was first seen. */
  readonly created: number;
};

/** How the records of one kind become rows and rows become what they were. */
export interface Table {
  readonly kind: RecordKind;
  readonly name: string;
  /** Columns in order, with the type in which JSON carries them. */
  readonly columns: Readonly<Record<string, 'VARCHAR' | 'DOUBLE' | 'BOOLEAN' | 'BIGINT' | 'JSON' | 'TIME'>>;
  /** A later record of the same id replaces the earlier one; else the first one stays. */
  readonly replaces: boolean;
  row(record: JournalRecord): Readonly<Record<string, unknown>>;
}

const sequenceOf = (record: JournalRecord): number => record.origin ?? record.sequence;

export const conversationTable: Table = {
  kind: 'conversation',
  name: 'conversations',
  columns: {
    id: 'VARCHAR',
    role: 'VARCHAR',
    split: 'VARCHAR',
    tools: 'JSON',
    created: 'TIME',
    sequence: 'BIGINT',
  },
  replaces: true,
  row: (record) => ({ ...(record.body as ConversationHead), sequence: sequenceOf(record) }),
};

export const messageTable: Table = {
  kind: 'message',
  name: 'messages',
  columns: {
    id: 'VARCHAR',
    conversation: 'VARCHAR',
    author: 'VARCHAR',
    sender: 'VARCHAR',
    recipient: 'VARCHAR',
    time: 'TIME',
    text: 'VARCHAR',
    parts: 'JSON',
    annotation: 'JSON',
    sequence: 'BIGINT',
  },
  replaces: false,
  row: (record) => {
    const message = record.body as Message;
    return { ...message, text: textOf(message), sequence: sequenceOf(record) };
  },
};

export const decisionTable: Table = {
  kind: 'decision',
  name: 'decisions',
  columns: {
    id: 'VARCHAR',
    message: 'VARCHAR',
    conversation: 'VARCHAR',
    role: 'VARCHAR',
    time: 'TIME',
    tier: 'VARCHAR',
    settled: 'BOOLEAN',
    outcome: 'JSON',
    outcome_key: 'VARCHAR',
    label: 'VARCHAR',
    confidence: 'DOUBLE',
    threshold: 'DOUBLE',
    reason: 'VARCHAR',
    model: 'VARCHAR',
    evidence: 'JSON',
    choices: 'JSON',
    propensity: 'DOUBLE',
    latency_us: 'DOUBLE',
    cost_usd: 'DOUBLE',
    shadow: 'BOOLEAN',
    sequence: 'BIGINT',
  },
  replaces: false,
  row: (record) => {
    const { latencyUs, costUsd, ...decision } = record.body as Decision;
    return {
      ...decision,
      outcome_key: outcomeKey(decision.outcome),
      latency_us: latencyUs,
      cost_usd: costUsd,
      sequence: sequenceOf(record),
    };
  },
};

export const feedbackTable: Table = {
  kind: 'feedback',
  name: 'feedback',
  columns: {
    id: 'VARCHAR',
    time: 'TIME',
    conversation: 'VARCHAR',
    message: 'VARCHAR',
    decision: 'VARCHAR',
    tier: 'VARCHAR',
    correct: 'BOOLEAN',
    label: 'VARCHAR',
    outcome: 'JSON',
    outcome_key: 'VARCHAR',
    source: 'VARCHAR',
    confidence: 'DOUBLE',
    note: 'VARCHAR',
    sequence: 'BIGINT',
  },
  replaces: false,
  row: (record) => {
    const feedback = record.body as Feedback;
    return { ...feedback, outcome_key: outcomeKey(feedback.outcome), sequence: sequenceOf(record) };
  },
};

export const tables: readonly Table[] = [conversationTable, messageTable, decisionTable, feedbackTable];

/** Takes one parameter: a JSON array of rows. One statement for any number of rows; runs outside the event loop. */
export function insertStatement(table: Table): string {
  const structure: Record<string, string> = {};
  const selected: string[] = [];
  for (const [column, type] of Object.entries(table.columns)) {
    structure[column] = type === 'TIME' ? 'DOUBLE' : type;
    // The rounding keeps microseconds: a time may carry fractions of a millisecond.
    const time = `make_timestamp(CAST(round(r."${column}" * 1000) AS BIGINT))`;
    selected.push(type === 'TIME' ? time : `r."${column}"`);
  }
  const names = Object.keys(table.columns).map((column) => `"${column}"`);
  return `INSERT INTO ${table.name} (${names.join(', ')}) SELECT ${selected.join(', ')}
    FROM (SELECT unnest(from_json($1, '[${JSON.stringify(structure)}]')) AS r)`;
}

/** Columns as JavaScript wants them: times in milliseconds, no 64-bit integers. */
export function selectList(table: Table, alias: string): string {
  return Object.entries(table.columns)
    .filter(([column]) => column !== 'outcome_key')
    .map(([column, type]) => {
      if (type === 'TIME') return `epoch_us(${alias}."${column}") / 1000.0 AS "${column}"`;
      if (type === 'BIGINT') return `CAST(${alias}."${column}" AS DOUBLE) AS "${column}"`;
      return `${alias}."${column}"`;
    })
    .join(', ');
}
