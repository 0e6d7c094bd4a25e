import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../datasets/log/conversation-log.ts';
import { seededRandom } from '../../engine/core/random.ts';
import { RecordingLogger, temporaryFolder } from '../support/log-fixture.ts';

const writer = join(import.meta.dirname, 'log-writer.ts');
const kills = Number(process.env.LOG_KILLS ?? 8);
const flips = Number(process.env.LOG_FLIPS ?? 24);

const folders: ReturnType<typeof temporaryFolder>[] = [];
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(() => {
  for (const folder of folders) folder.remove();
});

function newFolder(): string {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder.path;
}

/** Runs a writer on the folder and kills it; gives the ids that it had acknowledged. */
async function writeAndKill(dataDir: string, prefix: string, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, dataDir, prefix, '200000'], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  let output = '';
  const ended = new Promise((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.startsWith('ready\n')) resolve();
    });
    child.on('close', () => reject(new Error(`the writer ended by itself: ${output.slice(0, 500)}`)));
  });
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await ended;
  children.delete(child);
  const whole = output.slice(0, output.lastIndexOf('\n'));
  return whole.split('\n').slice(1);
}

async function missingOf(log: ConversationLog, ids: readonly string[]): Promise<string[]> {
  const found = await log.hasMessages(ids);
  return ids.filter((id) => !found.has(id));
}

describe('kill -9 of a writing process', () => {
  it(`loses nothing acknowledged in ${kills} kills, and both copies agree`, async () => {
    const dataDir = newFolder();
    const random = seededRandom(7);
    const acknowledged: string[] = [];
    for (let round = 0; round < kills; round += 1) {
      acknowledged.push(...(await writeAndKill(dataDir, `k${round}`, 30 + random() * 400)));
      const log = await ConversationLog.open({ dataDir });
      expect(await missingOf(log, acknowledged)).toEqual([]);
      expect(log.health()).toMatchObject({ loss: null, lag: 0, failure: null });
      await log.close();
    }
    expect(acknowledged.length).toBeGreaterThan(kills * 10);
    const log = await ConversationLog.open({ dataDir });
    const totals = await log.queries.totals();
    const { id } = await log.snapshot();
    await log.rebuild();
    expect(await log.queries.totals()).toEqual(totals);
    expect((await log.snapshot()).id).toBe(id);
    const sample = await log.conversation('k0-0-0');
    expect(new Set(sample?.messages.map((message) => message.id)).size).toBe(sample?.messages.length);
    await log.close();
  });
});

describe('a second process', () => {
  it('is refused and told who holds the folder; after a kill the folder is free at once', async () => {
    const dataDir = newFolder();
    const log = await ConversationLog.open({ dataDir });
    const second = spawnSync(process.execPath, [writer, dataDir, 'x', '200000'], { encoding: 'utf8' });
    expect(second.status).not.toBe(0);
    expect(second.stderr).toContain('LOG_LOCKED');
    expect(second.stderr).toContain(`in use by process ${process.pid}`);
    await log.close();
    await writeAndKill(dataDir, 'y', 50);
    await (await ConversationLog.open({ dataDir })).close();
  });
});

describe('damaged files', () => {
  it(`end in serving with every acknowledged record, for ${flips} kinds of damage to tables and write-ahead log`, async () => {
    const original = newFolder();
    const acknowledged = await writeAndKill(original, 'w', 600);
    expect(existsSync(join(original, 'log.duckdb.wal'))).toBe(true);
    const random = seededRandom(11);
    let setAside = 0;
    for (let round = 0; round < flips; round += 1) {
      const dataDir = newFolder();
      cpSync(original, dataDir, { recursive: true });
      damage(join(dataDir, round % 3 === 2 ? 'log.duckdb' : 'log.duckdb.wal'), round, random);
      const logger = new RecordingLogger();
      const log = await ConversationLog.open({ dataDir, logger });
      expect(await missingOf(log, acknowledged), `round ${round}`).toEqual([]);
      const { messages } = await log.queries.totals();
      expect(messages, `round ${round}`).toBeGreaterThanOrEqual(acknowledged.length);
      await log.close();
      if (logger.codes().includes('LOG_CORRUPT')) setAside += 1;
    }
    expect(setAside).toBeGreaterThan(0);
  });

  it(`are noticed when a damaged block of the tables is read, for ${flips} flipped bits`, async () => {
    const original = newFolder();
    const acknowledged = await writeAndKill(original, 't', 500);
    const whole = await ConversationLog.open({ dataDir: original });
    const { id } = await whole.snapshot();
    await whole.close();
    expect(existsSync(join(original, 'log.duckdb.wal'))).toBe(false);
    const random = seededRandom(17);
    let setAside = 0;
    for (let round = 0; round < flips; round += 1) {
      const dataDir = newFolder();
      cpSync(original, dataDir, { recursive: true });
      damage(join(dataDir, 'log.duckdb'), 4 * round, random);
      const logger = new RecordingLogger();
      const log = await ConversationLog.open({ dataDir, logger });
      expect((await log.snapshot()).id, `round ${round}`).toBe(id);
      expect(await missingOf(log, acknowledged), `round ${round}`).toEqual([]);
      await log.close();
      if (logger.codes().includes('LOG_CORRUPT')) setAside += 1;
    }
    expect(setAside).toBeGreaterThan(0);
  });

  it(`end in serving with every acknowledged record, for ${flips} kinds of damage to the journal`, async () => {
    const original = newFolder();
    const acknowledged = await writeAndKill(original, 'j', 400);
    await (await ConversationLog.open({ dataDir: original })).close();
    const random = seededRandom(13);
    for (let round = 0; round < flips; round += 1) {
      const dataDir = newFolder();
      cpSync(original, dataDir, { recursive: true });
      const folder = join(dataDir, 'journal');
      const names = readdirSync(folder).sort();
      damage(join(folder, names[Math.floor(random() * names.length)] as string), round, random);
      const logger = new RecordingLogger();
      const log = await ConversationLog.open({ dataDir, logger });
      // The tables still hold what the journal lost: it is written again.
      const { loss } = log.health();
      if (loss !== null) expect(logger.lines.map((line) => line.message)).toContain('journal lost records');
      expect(await missingOf(log, acknowledged), `round ${round}`).toEqual([]);
      await log.rebuild();
      expect(await missingOf(log, acknowledged), `round ${round}, from the journal alone`).toEqual([]);
      await log.close();
    }
  });

  it('are reported where both copies lost the record: nothing is silent', async () => {
    const dataDir = newFolder();
    const acknowledged = await writeAndKill(dataDir, 'b', 300);
    await (await ConversationLog.open({ dataDir })).close();
    const { rmSync } = await import('node:fs');
    rmSync(join(dataDir, 'log.duckdb'));
    const folder = join(dataDir, 'journal');
    const path = join(folder, readdirSync(folder).sort()[0] as string);
    const content = readFileSync(path);
    const victim = acknowledged[0] as string;
    const place = content.indexOf(`"id":"${victim}"`);
    content[place + 7] = (content[place + 7] as number) ^ 1;
    writeFileSync(path, content);
    const logger = new RecordingLogger();
    const log = await ConversationLog.open({ dataDir, logger });
    expect(await missingOf(log, acknowledged)).toEqual([victim]);
    expect(logger.codes()).toContain('JOURNAL_CORRUPT');
    expect(log.health().loss?.missing.length).toBe(1);
    const { id } = await log.snapshot();
    await log.close();
    const again = await ConversationLog.open({ dataDir });
    expect(again.health().loss).toBeNull();
    expect((await again.snapshot()).id).toBe(id);
    await again.close();
  });
});

/** One flipped bit, a torn end, a block of zeros behind the end, a zeroed block within. */
function damage(path: string, round: number, random: () => number): void {
  const content = readFileSync(path);
  const at = Math.floor(random() * statSync(path).size);
  const kind = round % 4;
  if (kind === 0) content[at] = (content[at] as number) ^ (1 << (round & 7));
  if (kind === 3) content.fill(0, at, at + 512);
  if (kind === 1) writeFileSync(path, content.subarray(0, at));
  else if (kind === 2) writeFileSync(path, Buffer.concat([content, Buffer.alloc(4096)]));
  else writeFileSync(path, content);
}
