import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Candidate } from '../../../engine/core/candidate-source.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import type { CetExample } from '../../../models/cet/example.ts';
import { readRecords, type BenchRecord } from '../records.ts';

/** A question about a long conversation, the turns that answer it, and how the publisher classed it. */
export interface ContextQuery {
  readonly id: string;
  readonly split: string | null;
  readonly category: string | null;
  readonly example: CetExample;
}

/** Words x 1.3: the measure of a text's tokens that all peers were given. */
export function benchTokens(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length * 1.3;
}

/**
 * Reads a `*_queries` file with its `*_conversations` file beside it (plain or `.gz`). Queries of one conversation
 * share one array of candidates. @throws FILE_UNREADABLE
 */
export async function readContextQueries(path: string): Promise<ContextQuery[]> {
  const conversations = new Map<string, Candidate[]>();
  for (const record of await readRecords(conversationsBeside(path))) {
    const id = String(record.conversation_id);
    conversations.set(id, candidatesOf(record));
  }
  return (await readRecords(path)).map((record, line) => {
    const conversation = String(record.conversation_id);
    const candidates = conversations.get(conversation);
    if (candidates === undefined) {
      const detail = `line ${line + 1}: conversation ${conversation} is not in the conversations file beside it`;
      throw new EngineError('FILE_UNREADABLE', { path, detail });
    }
    const evidence = Array.isArray(record.evidence_ids) ? record.evidence_ids.map(String) : [];
    return {
      id: String(record.query_id),
      split: typeof record.split === 'string' ? record.split : null,
      category: typeof record.category === 'string' ? record.category : null,
      example: { input: { query: String(record.query), candidates }, evidence, conversation },
    };
  });
}

function conversationsBeside(path: string): string {
  const plain = path.replace(/\.gz$/, '').replace(/queries(?=[^/]*$)/, 'conversations');
  if (basename(plain) === basename(path)) {
    throw new EngineError('FILE_UNREADABLE', { path, detail: 'context files are named *_queries.jsonl' });
  }
  const found = [plain, `${plain}.gz`].find((file) => existsSync(file));
  if (found === undefined) throw new EngineError('FILE_UNREADABLE', { path, detail: `no ${plain} (or .gz) beside it` });
  return found;
}

/** The turns alone: summaries and observations are notes about turns. */
function candidatesOf(record: BenchRecord): Candidate[] {
  const candidates: Candidate[] = [];
  for (const entry of Array.isArray(record.candidates) ? (record.candidates as BenchRecord[]) : []) {
    if (entry.kind !== undefined && entry.kind !== 'turn') continue;
    const text = String(entry.text);
    const speaker = /^([^:\n]{1,40}):\s/.exec(text)?.[1] ?? '';
    candidates.push({
      id: String(entry.id),
      text,
      kind: 'turn',
      speaker,
      time: typeof entry.time === 'string' ? benchTime(entry.time) : null,
      tokens: benchTokens(text),
    });
  }
  return candidates;
}

/** `1:56 pm on 8 May, 2023` -> milliseconds; null for what is no date. */
export function benchTime(text: string): number | null {
  const match = /(?:(\d{1,2}):(\d{2})\s*(am|pm)\s+on\s+)?(\d{1,2}\s+\w+,?\s+\d{4})/i.exec(text);
  if (match === null) return Number.isNaN(Date.parse(text)) ? null : Date.parse(text);
  const day = Date.parse(`${(match[4] ?? '').replace(',', '')} UTC`);
  if (Number.isNaN(day)) return null;
  const hour = (Number(match[1] ?? 0) % 12) + (match[3]?.toLowerCase() === 'pm' ? 12 : 0);
  return day + (hour * 60 + Number(match[2] ?? 0)) * 60_000;
}
