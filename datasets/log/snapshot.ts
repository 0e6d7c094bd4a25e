import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Conversation } from '../../engine/core/conversation.ts';
import type { Decision } from '../../engine/core/decision.ts';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { canonicalJson, sha256 } from '../../engine/core/hash.ts';
import type { Message } from '../../engine/core/message.ts';
import type { Feedback } from './feedback.ts';
import { decisionOfRow, feedbackOfRow, headOfRow, messageOfRow } from './rows.ts';
import type { Row } from './rows.ts';
import { syncFolder } from './segment.ts';
import { sealedConversations, type SnapshotPart } from './sealed-part.ts';
import { conversationTable, decisionTable, feedbackTable, messageTable, selectList } from './tables.ts';
import type { Table } from './tables.ts';

export interface SnapshotInfo {
  /** sha256 over the content of all rows; the same data gives the same id, whatever wrote the files. */
  readonly id: string;
  readonly path: string;
  /** Null: all roles. */
  readonly role: string | null;
  readonly conversations: number;
  readonly messages: number;
  readonly decisions: number;
  readonly feedback: number;
  /** sha256 of each file, checked when it is read. */
  readonly files: Readonly<Record<string, string>>;
}

interface Part {
  readonly table: Table;
  readonly order: string;
  /** Rows of one role; `$1` is the role. */
  readonly ofRole: string;
  /** The conversation of a row. */
  readonly conversation: string;
}

/** Rows stand in an order that depends on nothing but themselves and the order in which they were written. */
const parts: readonly Part[] = [
  { table: conversationTable, order: 't.id', ofRole: 't.role = $1', conversation: 't.id' },
  {
    table: messageTable,
    order: 't.conversation, t."time", t.sequence, t.id',
    ofRole: 't.conversation IN (SELECT id FROM conversations WHERE role = $1)',
    conversation: 't.conversation',
  },
  {
    table: decisionTable,
    order: 't.conversation, t."time", t.sequence, t.id',
    ofRole: 't.role = $1',
    conversation: 't.conversation',
  },
  {
    table: feedbackTable,
    order: 't.conversation, t."time", t.sequence, t.id',
    ofRole: 't.conversation IN (SELECT id FROM conversations WHERE role = $1)',
    conversation: 't.conversation',
  },
];

const manifestName = 'snapshot.json';

/**
 * Writes one moment of the log to `<folder>/<id>/` as Parquet. An equal snapshot that is there already is left as it is.
 * @param connection of its own: the snapshot is one transaction
 */
export async function writeSnapshot(
  connection: DuckDBConnection,
  folder: string,
  role: string | null,
  part: SnapshotPart = 'whole',
): Promise<SnapshotInfo> {
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, '.new-'));
  try {
    await connection.run('BEGIN');
    const hashes: string[] = [];
    const counts: Record<string, number> = {};
    const files: Record<string, string> = {};
    for (const { table, ofRole, order, conversation } of parts) {
      const { name } = table;
      const file = join(temporary, `${name}.parquet`);
      const conditions = [
        ...(role === null ? [] : [ofRole.replace('$1', () => quoted(role))]),
        ...(part === 'whole'
          ? []
          : [`${conversation} ${part === 'sealed' ? 'IN' : 'NOT IN'} (${sealedConversations})`]),
      ];
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      const rows = `SELECT ${storedColumns(table)} FROM ${name} t ${where} ORDER BY ${order}`;
      await connection.run(`COPY (${rows}) TO ${quoted(file)} (FORMAT parquet, COMPRESSION zstd)`);
      const digest = await connection.runAndReadAll(
        `SELECT count(*), sha256(coalesce(string_agg(h, '' ORDER BY n), '')) FROM
           (SELECT sha256(CAST(to_json(r) AS VARCHAR)) AS h, row_number() OVER () AS n
            FROM (SELECT * FROM read_parquet(${quoted(file)})) r)`,
      );
      const [count, hash] = digest.getRows()[0] ?? [];
      counts[name] = Number(count);
      hashes.push(String(hash));
      files[`${name}.parquet`] = await fileHash(file);
    }
    await connection.run('COMMIT');
    const id = sha256(canonicalJson([role, hashes]));
    const info: SnapshotInfo = {
      id,
      path: join(folder, id),
      role,
      conversations: counts.conversations ?? 0,
      messages: counts.messages ?? 0,
      decisions: counts.decisions ?? 0,
      feedback: counts.feedback ?? 0,
      files,
    };
    return await publish(temporary, folder, info);
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    if (EngineError.isInstance(error)) throw error;
    throw new EngineError('STORAGE_FAILED', { path: folder, detail: messageOf(error) }, { cause: error });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function publish(temporary: string, folder: string, info: SnapshotInfo): Promise<SnapshotInfo> {
  if (existsSync(info.path)) {
    const intact = await readSnapshotInfo(info.path).catch(() => null);
    if (intact !== null) return intact;
    await rm(info.path, { recursive: true });
  }
  const { path: _path, ...manifest } = info;
  for (const file of [...Object.keys(info.files), manifestName]) {
    const handle = await open(join(temporary, file), 'a');
    try {
      if (file === manifestName) await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  try {
    await rename(temporary, info.path);
  } catch (error) {
    // Whoever wrote the same snapshot at the same time was first.
    const isThere = ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (isThere) return await readSnapshotInfo(info.path);
    throw error;
  }
  await syncFolder(folder);
  return info;
}

/** What a snapshot holds, after every file was checked. @throws FILE_UNREADABLE where one is missing or differs */
export async function readSnapshotInfo(path: string): Promise<SnapshotInfo> {
  try {
    const manifest = JSON.parse(await readFile(join(path, manifestName), 'utf8')) as Omit<SnapshotInfo, 'path'>;
    for (const [file, expected] of Object.entries(manifest.files)) {
      if ((await fileHash(join(path, file))) !== expected) throw new Error(`${file} was changed after it was written`);
    }
    return { ...manifest, path };
  } catch (error) {
    throw new EngineError('FILE_UNREADABLE', { path, detail: messageOf(error) }, { cause: error });
  }
}

/** Whole conversations by id, messages in time order. Needs the folder alone, never the log. @throws FILE_UNREADABLE */
export async function readSnapshot(path: string): Promise<Conversation[]> {
  await readSnapshotInfo(path);
  const messages = new Map<string, Message[]>();
  for (const row of await readRows(path, messageTable)) {
    const message = messageOfRow(row);
    const others = messages.get(message.conversation);
    if (others === undefined) messages.set(message.conversation, [message]);
    else others.push(message);
  }
  return (await readRows(path, conversationTable)).map((row) => {
    const { id, role, split, tools } = headOfRow(row);
    return { id, role, split, tools, messages: messages.get(id) ?? [] };
  });
}

/** Ids of the conversations of a snapshot. @throws FILE_UNREADABLE */
export async function snapshotConversations(path: string): Promise<string[]> {
  return (await readRows(path, conversationTable)).map((row) => headOfRow(row).id);
}

/** What is known afterwards about the messages of a snapshot. @throws FILE_UNREADABLE */
export async function readSnapshotFeedback(path: string): Promise<Feedback[]> {
  await readSnapshotInfo(path);
  return (await readRows(path, feedbackTable)).map(feedbackOfRow);
}

/** What the tiers did about the messages of a snapshot; never a label. @throws FILE_UNREADABLE */
export async function readSnapshotDecisions(path: string): Promise<Decision[]> {
  await readSnapshotInfo(path);
  return (await readRows(path, decisionTable)).map(decisionOfRow);
}

async function readRows(path: string, table: Table): Promise<Row[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  try {
    const connection = await instance.connect();
    try {
      const columns = selectList({ ...table, columns: contentColumns(table) }, 't');
      const file = quoted(join(path, `${table.name}.parquet`));
      const result = await connection.stream(`SELECT ${columns} FROM read_parquet(${file}) t`);
      const rows: Row[] = [];
      for await (const chunk of result.yieldRowObjectJs()) rows.push(...chunk);
      return rows;
    } finally {
      connection.closeSync();
    }
  } catch (error) {
    throw new EngineError('FILE_UNREADABLE', { path, detail: messageOf(error) }, { cause: error });
  } finally {
    instance.closeSync();
  }
}

/** Without the place in the journal: that may differ where the content is the same. */
function contentColumns(table: Table): Table['columns'] {
  return Object.fromEntries(Object.entries(table.columns).filter(([column]) => column !== 'sequence'));
}

function storedColumns(table: Table): string {
  return Object.keys(contentColumns(table))
    .map((column) => `t."${column}"`)
    .join(', ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
