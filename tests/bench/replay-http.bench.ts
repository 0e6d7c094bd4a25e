/**
 * Replays the test conversations of a log through the HTTP endpoint, turn by turn: the client sends what was truly said
 * before each message, so every message is decided from what stood before it, and what the engine answered is compared
 * with what the logged assistant did next. No LLM is configured: IMPERATOR_UNAVAILABLE means that a message was passed up.
 * Each level is a server process of its own on a copy of the data folder. Prints a table on stderr and one JSON document.
 *
 * node tests/bench/replay-http.bench.ts --log FILE [--limit N] [--levels V1,V2,V3,V4] [--data-dir D] [--alpha 0.05]
 *                                       [--threshold C] [--split test]
 *
 * The log holds all splits; training sees its train rows alone. `--data-dir` keeps import and models for the next run.
 * `--threshold` puts both settling tiers at one confidence instead of the certified ones, to look at a working point that
 * nothing certifies; choose it on val (`--split val`), never on test.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConversations } from '../../datasets/import/import-files.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import { silent } from '../../engine/core/progress.ts';
import { levels, type Level } from '../../engine/core/tier-name.ts';
import { percent, table } from '../../mads/grace/cli/terminal.ts';
import { Registry } from '../../models/registry/registry.ts';
import { runCommand, startServer, type Ran } from './load/command.ts';
import { figuresOf } from './load/process-memory.ts';
import { replayOver } from './load/replay-client.ts';
import { judge, type LevelFigures } from './load/replay-judge.ts';

const { values } = parseArgs({
  options: {
    log: { type: 'string' },
    limit: { type: 'string' },
    levels: { type: 'string', default: Object.keys(levels).join(',') },
    'data-dir': { type: 'string' },
    alpha: { type: 'string', default: '0.05' },
    threshold: { type: 'string' },
    split: { type: 'string', default: 'test' },
  },
});
if (values.log === undefined) throw new Error('say which log: --log FILE');
const path = values.log;
const made = mkdtempSync(join(tmpdir(), 'thought-engine-replay-'));
const dataDir = values['data-dir'] ?? join(made, 'trained');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  const log = await readLog();
  const { imported, trained } = await prepare();
  const wanted = log.filter((conversation) => conversation.split === values.split);
  const replayed = values.limit === undefined ? wanted : wanted.slice(0, Number(values.limit));
  say(`${replayed.length} of ${wanted.length} ${values.split} conversations`);
  const results: Record<string, LevelFigures & ServerFigures> = {};
  for (const level of values.levels.split(',')) results[level] = await replayAt(level as Level, replayed, log);
  const document = {
    subject: 'replay-http',
    conversations: { all: log.length, replayed: replayed.length },
    split: values.split,
    alpha: Number(values.alpha),
    threshold: values.threshold === undefined ? 'certified' : Number(values.threshold),
    import: imported && costOf(imported),
    train: trained && { ...costOf(trained), result: trained.document },
    levels: results,
  };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  say(tableOf(results));
} finally {
  rmSync(made, { recursive: true, force: true });
}

interface ServerFigures {
  readonly startSeconds: number;
  readonly replaySeconds: number;
  readonly serverPeakRssMb: number;
  /** Processor time of the server for a request, in milliseconds. */
  readonly cpuMsPerRequest: number;
}

async function readLog(): Promise<Conversation[]> {
  const log: Conversation[] = [];
  await readConversations([path], {
    format: 'auto',
    onConversations: async (batch) => void log.push(...batch),
    progress: silent,
  });
  return log;
}

/** Imports and trains through the command, as a user would; nothing where the folder holds models already. */
async function prepare(): Promise<{ readonly imported: Ran | null; readonly trained: Ran | null }> {
  const folder = ['--data-dir', dataDir];
  if (existsSync(join(dataDir, 'models'))) return { imported: null, trained: null };
  say('importing');
  const imported = await runCommand(['import', path, ...folder]);
  say(`imported in ${imported.seconds.toFixed(1)} s; training`);
  const trained = await runCommand(['train', ...folder, '--alpha', values.alpha]);
  say(`trained in ${trained.seconds.toFixed(1)} s (${trained.cpuSeconds.toFixed(0)} s of processor time)`);
  return { imported, trained };
}

async function replayAt(
  level: Level,
  conversations: readonly Conversation[],
  log: readonly Conversation[],
): Promise<LevelFigures & ServerFigures> {
  const copy = join(made, level);
  cpSync(dataDir, copy, { recursive: true });
  if (values.threshold !== undefined) await settleFrom(copy, Number(values.threshold));
  const server = await startServer(copy, { args: ['--level', level, '--imperator', 'none'] });
  try {
    if (!server.ready)
      throw new Error('the server refuses the models: start it with THOUGHT_ENGINE_LOG_LEVEL=error to see why');
    const before = figuresOf(server.pid).cpuSeconds;
    const started = performance.now();
    const answers = await replayOver(server.url, conversations, log);
    const replaySeconds = (performance.now() - started) / 1000;
    const { peakRssMb, cpuSeconds } = figuresOf(server.pid);
    const figures = judge(answers, log);
    say(`${level}: ${answers.length} messages in ${replaySeconds.toFixed(1)} s`);
    return {
      ...figures,
      startSeconds: server.startSeconds,
      replaySeconds,
      serverPeakRssMb: peakRssMb,
      cpuMsPerRequest: ((cpuSeconds - before) * 1000) / answers.length,
    };
  } finally {
    await server.stop();
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The same models with another threshold: a new bundle of old artefacts. */
async function settleFrom(folder: string, confidence: number): Promise<void> {
  const registry = await Registry.open(join(folder, 'models'));
  const thresholds = { standard: confidence, byLabel: {} };
  for (const { role, current } of await registry.list()) {
    if (current === null) continue;
    const content = { ...current, thresholds: { dtr: thresholds, lppm: thresholds }, certificate: null };
    const token = await registry.claim(role, 'bench');
    await registry.promote(role, content, { expected: current.id, token, reason: 'a working point to look at' });
  }
}

function costOf({ seconds, cpuSeconds, peakRssMb }: Ran): object {
  return { seconds, cpuSeconds, peakRssMb };
}

function tableOf(results: Readonly<Record<string, LevelFigures & ServerFigures>>): string {
  const rows = Object.entries(results).map(([level, own]) => [
    level,
    own.messages,
    percent(own.share.dtr),
    percent(own.share.lppm),
    percent(own.share.passed),
    percent(own.step.rate),
    percent(own.step.upper),
    percent(own.words.rate),
    percent(own.words.upper),
    own.latencyMs.settled.p50.toFixed(2),
    own.latencyMs.settled.p99.toFixed(2),
    own.latencyMs.passed.p50.toFixed(2),
    own.serverPeakRssMb,
  ]);
  const head = ['', 'messages', 'dtr', 'lppm', 'passed', 'wrong step', 'at most', 'other words', 'at most'];
  return table([...head, 'p50 ms', 'p99 ms', 'passed p50', 'MB'], rows);
}
