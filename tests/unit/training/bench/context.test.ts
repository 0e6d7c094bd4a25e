import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  benchTime,
  benchTokens,
  readContextQueries,
  type ContextQuery,
} from '../../../../training/bench/context-data.ts';
import { measureQuery } from '../../../../training/bench/context-measure.ts';
import { contextDesk } from '../../../support/context-desk.ts';

let folder = '';
let queriesFile = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-context-'));
  const examples = contextDesk(3, 8);
  const splitOf = (conversation: string) =>
    conversation === 'talk-7' ? 'test' : conversation === 'talk-6' ? 'val' : 'train';
  const conversations = new Map(examples.map(({ conversation, input }) => [conversation, input.candidates]));
  queriesFile = join(folder, 'desk_queries.jsonl');
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  await writeFile(
    queriesFile,
    lines(
      examples.map(({ conversation, input, evidence }, at) => ({
        query_id: `desk-${at}`,
        conversation_id: conversation,
        query: input.query,
        evidence_ids: evidence,
        category: at % 2 === 0 ? 'even' : 'odd',
        split: splitOf(conversation),
      })),
    ),
  );
  const rows = [...conversations].map(([id, candidates]) => ({
    conversation_id: id,
    split: splitOf(id),
    candidates: [
      ...candidates.map((one) => ({
        id: one.id,
        kind: 'turn',
        text: `${one.speaker}: ${one.text}`,
        time: '1:05 pm on 8 May, 2023',
      })),
      { id: 'S1', kind: 'summary', text: 'They talked.' },
    ],
  }));
  await writeFile(join(folder, 'desk_conversations.jsonl.gz'), gzipSync(lines(rows)));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describe('readContextQueries', () => {
  it('joins queries with the turns of the file beside them, packed or not', async () => {
    const [query] = await readContextQueries(queriesFile);
    expect(query?.example.input.candidates).toHaveLength(30);
    expect(query?.example.input.candidates[0]).toMatchObject({ kind: 'turn', speaker: 'Ben' });
  });
  it('names a file that has no conversations beside it', async () => {
    const lonely = join(folder, 'lonely_queries.jsonl');
    await writeFile(lonely, '');
    await expect(readContextQueries(lonely)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
  it('reads times and counts tokens', () => {
    expect(benchTime('1:56 pm on 8 May, 2023')).toBe(Date.UTC(2023, 4, 8, 13, 56));
    expect(benchTime('12:05 am on 9 May, 2023')).toBe(Date.UTC(2023, 4, 9, 0, 5));
    expect(benchTime('some day')).toBeNull();
    expect(benchTokens(' one  two three ')).toBeCloseTo(3.9);
  });
});

describe('measureQuery', () => {
  it('finds evidence at ranks and under budgets', () => {
    const candidates = [100, 300, 100, 600].map((tokens, at) => {
      return { id: `c${at}`, text: '', kind: 'turn' as const, speaker: '', time: null, tokens };
    });
    const example = { input: { query: '', candidates }, evidence: ['c1', 'c2'], conversation: '' };
    const query: ContextQuery = { id: '', split: null, category: null, example };
    const figures = measureQuery(query, [4, 3, 2, 1]);
    expect(figures.evidenceRecallAt).toEqual({ '1': 0, '10': 1, '20': 1 });
    expect(figures.evidenceRecallAtTokens).toEqual({ '256': 0.5, '512': 1, '1024': 1, '2048': 1 });
    const gain = 1 / Math.log2(3) + 1 / Math.log2(4);
    expect(figures.ndcg10).toBeCloseTo(gain / (1 + 1 / Math.log2(3)));
  });
});
