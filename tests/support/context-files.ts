import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { contextDesk } from './context-desk.ts';

/** Talks of a small desk as files of the context bench, queries plain and conversations packed. @returns the queries' path */
export async function writeContextFiles(folder: string): Promise<string> {
  const examples = contextDesk(3, 8);
  const splitOf = (conversation: string) =>
    conversation === 'talk-7' ? 'test' : conversation === 'talk-6' ? 'val' : 'train';
  const conversations = new Map(examples.map(({ conversation, input }) => [conversation, input.candidates]));
  const queriesFile = join(folder, 'desk_queries.jsonl');
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
  return queriesFile;
}
