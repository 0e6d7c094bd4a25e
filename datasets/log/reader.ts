import type { Conversation } from '../../engine/core/conversation.ts';
import type { Decision } from '../../engine/core/decision.ts';
import type { Message } from '../../engine/core/message.ts';
import type { TierName } from '../../engine/core/tier-name.ts';
import { Conditions } from './conditions.ts';
import type { Values } from './database.ts';
import type { Feedback, FeedbackSource } from './feedback.ts';
import { decisionOfRow, feedbackOfRow, headOfRow, messageOfRow } from './rows.ts';
import type { Row } from './rows.ts';
import { conversationTable, decisionTable, feedbackTable, messageTable, selectList } from './tables.ts';
import type { ConversationHead } from './tables.ts';

/** Asks the log's tables; `$1`, `$2` in the text are the values. */
export type Ask = (sql: string, values?: Values) => Promise<Row[]>;

export interface DecisionFilter {
  /** At most this many, newest first; default 50. */
  readonly limit?: number;
  readonly tier?: TierName;
  readonly role?: string;
  readonly conversation?: string;
  readonly message?: string;
  readonly settled?: boolean;
  /** Visits without effect are left out unless asked for. */
  readonly shadow?: boolean;
  /** Only decisions logged before the one with this id: the last row of a page asks for the next page. */
  readonly before?: string;
}

/** A decision as a list shows it. */
export interface LoggedDecision extends Decision {
  /** Text of the message, at most 500 characters. */
  readonly text: string;
  /** Whether it was right; null where nobody has said so. */
  readonly correct: boolean | null;
  readonly judgedBy: FeedbackSource | null;
}

/** A decision with all that explains it. */
export interface DecisionDetail {
  readonly decision: LoggedDecision;
  readonly message: Message | null;
  /** All visits of the same message, in the order in which they happened. */
  readonly visits: readonly Decision[];
  readonly feedback: readonly Feedback[];
}

export interface ConversationSummary {
  readonly id: string;
  readonly role: string;
  readonly split: Conversation['split'];
  readonly messages: number;
  readonly firstTime: number | null;
  readonly lastTime: number | null;
}

export interface RecallFilter {
  /** Words to look for; the rarer a word is in the log, the more it counts. */
  readonly text: string;
  /** Only conversations in which this name wrote or was written to. */
  readonly participant?: string;
  readonly role?: string;
  /** Default 20. */
  readonly limit?: number;
}

export interface Recalled {
  readonly message: Message;
  /** Sum of the weights of the words that it holds; above 0. */
  readonly score: number;
}

export interface ConversationFilter {
  readonly limit?: number;
  readonly role?: string;
  /** Only those in which this name wrote or was written to. */
  readonly participant?: string;
}

/** Words of a recall that are looked for; a long text's later words add little. */
const longestRecall = 24;
const tookPart = '(SELECT conversation FROM messages WHERE sender = ? OR recipient = ?)';
const messageColumns = selectList(messageTable, 'm');
const decisionColumns = selectList(decisionTable, 'd');

/** Reads single things out of the log; figures over many of them are in queries.ts. */
export class LogReader {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async heads(ids: readonly string[]): Promise<ConversationHead[]> {
    if (ids.length === 0) return [];
    const columns = selectList(conversationTable, 'c');
    const rows = await this.#ask(`SELECT ${columns} FROM conversations c WHERE ${inList('c.id')}`, [textList(ids)]);
    return rows.map(headOfRow);
  }

  /** Those of the ids that messages have. */
  async messageIds(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.#ask(`SELECT m.id FROM messages m WHERE ${inList('m.id')}`, [textList(ids)]);
    return new Set(rows.map((row) => row.id as string));
  }

  async conversation(id: string): Promise<Conversation | null> {
    const [head] = await this.heads([id]);
    if (head === undefined) return null;
    const rows = await this.#ask(
      `SELECT ${messageColumns} FROM messages m WHERE m.conversation = $1 ORDER BY m."time", m.sequence`,
      [id],
    );
    const { role, split, tools } = head;
    return { id, role, split, tools, messages: rows.map(messageOfRow) };
  }

  /** The last n messages, oldest first. */
  async recent(conversation: string, n: number): Promise<Message[]> {
    const rows = await this.#ask(
      `SELECT ${messageColumns} FROM messages m WHERE m.conversation = $1
       ORDER BY m."time" DESC, m.sequence DESC LIMIT CAST($2 AS BIGINT)`,
      [conversation, String(n)],
    );
    return rows.map(messageOfRow).reverse();
  }

  async message(id: string): Promise<Message | null> {
    const [row] = await this.#ask(`SELECT ${messageColumns} FROM messages m WHERE m.id = $1 LIMIT 1`, [id]);
    return row === undefined ? null : messageOfRow(row);
  }

  /** Messages that hold words of a text, best first. Reads every message: some 0.1 s for 100,000. */
  async recall(filter: RecallFilter): Promise<Recalled[]> {
    const words = [...new Set(filter.text.toLowerCase().match(/[\p{L}\p{N}]+/gu))].slice(0, longestRecall);
    if (words.length === 0) return [];
    const conditions = new Conditions();
    conditions.add(`m."text" <> ''`);
    const list = `from_json($${conditions.values.push(textList(words))}, '["VARCHAR"]')`;
    if (filter.participant !== undefined)
      conditions.add(`m.conversation IN ${tookPart}`, filter.participant, filter.participant);
    if (filter.role !== undefined) {
      conditions.add('m.conversation IN (SELECT id FROM conversations WHERE role = ?)', filter.role);
    }
    const rows = await this.#ask(
      `WITH words AS (SELECT unnest(${list}) AS word),
       readable AS (SELECT m.id, lower(m."text") AS "text" FROM messages m ${conditions.where()}),
       hits AS (SELECT r.id, w.word FROM readable r JOIN words w ON contains(r."text", w.word)),
       weights AS (SELECT word, ln(1 + (SELECT count(*) FROM readable) / count(*)) AS weight FROM hits GROUP BY word),
       best AS (SELECT h.id, sum(w.weight) AS score FROM hits h JOIN weights w ON w.word = h.word
         GROUP BY h.id ORDER BY score DESC, h.id LIMIT ${limitOf(filter.limit ?? 20)})
       SELECT ${messageColumns}, b.score FROM best b JOIN messages m ON m.id = b.id
       ORDER BY b.score DESC, m."time" DESC, m.sequence DESC`,
      conditions.values,
    );
    return rows.map((row) => ({ message: messageOfRow(row), score: row.score as number }));
  }

  async conversations(filter: ConversationFilter): Promise<ConversationSummary[]> {
    const conditions = new Conditions();
    if (filter.role !== undefined) conditions.add('c.role = ?', filter.role);
    if (filter.participant !== undefined) {
      conditions.add(`c.id IN ${tookPart}`, filter.participant, filter.participant);
    }
    const rows = await this.#ask(
      `SELECT c.id, c.role, c.split, CAST(count(m.id) AS DOUBLE) AS messages,
         epoch_us(min(m."time")) / 1000.0 AS "firstTime", epoch_us(max(m."time")) / 1000.0 AS "lastTime"
       FROM conversations c LEFT JOIN messages m ON m.conversation = c.id ${conditions.where()}
       GROUP BY c.id, c.role, c.split ORDER BY max(m."time") DESC NULLS LAST, c.id LIMIT ${limitOf(filter.limit)}`,
      conditions.values,
    );
    return rows as unknown as ConversationSummary[];
  }

  async decisions(filter: DecisionFilter): Promise<LoggedDecision[]> {
    const conditions = new Conditions();
    if (filter.tier !== undefined) conditions.add('d.tier = ?', filter.tier);
    if (filter.role !== undefined) conditions.add('d.role = ?', filter.role);
    if (filter.conversation !== undefined) conditions.add('d.conversation = ?', filter.conversation);
    if (filter.message !== undefined) conditions.add('d.message = ?', filter.message);
    if (filter.settled !== undefined) conditions.add('d.settled = ?', filter.settled);
    if (filter.shadow !== true) conditions.add('NOT d.shadow');
    if (filter.before !== undefined) {
      conditions.add('d.sequence < (SELECT min(sequence) FROM decisions WHERE id = ?)', filter.before);
    }
    return this.#listed(conditions, limitOf(filter.limit));
  }

  async decision(id: string): Promise<DecisionDetail | null> {
    const conditions = new Conditions();
    conditions.add('d.id = ?', id);
    const [decision] = await this.#listed(conditions, 1);
    if (decision === undefined) return null;
    const visits = await this.#ask(
      `SELECT ${decisionColumns} FROM decisions d WHERE d.message = $1 ORDER BY d.sequence`,
      [decision.message],
    );
    const feedback = await this.#ask(
      `SELECT ${selectList(feedbackTable, 'f')} FROM feedback f WHERE f.message = $1 ORDER BY f.sequence`,
      [decision.message],
    );
    const message = await this.message(decision.message);
    return { decision, message, visits: visits.map(decisionOfRow), feedback: feedback.map(feedbackOfRow) };
  }

  /** As they were recorded. */
  async plainDecisions(ids: readonly string[]): Promise<Decision[]> {
    const rows = await this.#ask(`SELECT ${decisionColumns} FROM decisions d WHERE ${inList('d.id')}`, [textList(ids)]);
    return rows.map(decisionOfRow);
  }

  async hasFeedback(id: string): Promise<boolean> {
    return (await this.#ask('SELECT 1 AS one FROM feedback WHERE id = $1 LIMIT 1', [id])).length > 0;
  }

  /** The page is found first, then joined: joining all rows costs time that grows with the log. */
  async #listed(conditions: Conditions, limit: number): Promise<LoggedDecision[]> {
    const rows = await this.#ask(
      `WITH page AS (SELECT * FROM decisions d ${conditions.where()} ORDER BY d.sequence DESC LIMIT ${limit})
       SELECT ${decisionColumns}, substr(m."text", 1, 500) AS message_text, j.correct, j.source AS judged_by
       FROM page d
       LEFT JOIN (SELECT id, any_value("text") AS "text" FROM messages
         WHERE id IN (SELECT message FROM page) GROUP BY id) m ON m.id = d.message
       LEFT JOIN judgements j ON j.decision = d.id ORDER BY d.sequence DESC`,
      conditions.values,
    );
    return rows.map((row) => ({
      ...decisionOfRow(row),
      text: (row.message_text as string | null) ?? '',
      correct: row.correct as boolean | null,
      judgedBy: row.judged_by as FeedbackSource | null,
    }));
  }
}

function limitOf(limit = 50): number {
  return Math.max(0, Math.min(10_000, Math.trunc(limit)));
}

function inList(column: string): string {
  return `${column} IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`;
}

function textList(ids: readonly string[]): string {
  return JSON.stringify(ids.map((id) => id.toWellFormed()));
}
