import { statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Conversation } from '../../../engine/core/conversation.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import { levels, type Level, type TierName } from '../../../engine/core/tier-name.ts';
import { learn } from '../../learn.ts';
import { type Learned } from '../../learned.ts';
import { ofSplit, readLogs } from '../logs.ts';
import { readRecords, refuseOverlap } from '../records.ts';
import type { ReplayedMessage } from './replay.ts';
import type { BenchOptions, BenchReport, BenchResult } from '../report.ts';
import { serveAndLearn } from './serve-and-learn.ts';
import { spreadOf } from '../spread.ts';
import {
  decisionLine,
  scoreDecisions,
  type LadderScore,
  type ReplayDecision,
  type VerifierRow,
} from '../verdict-score.ts';

/** Tokens of an LLM's answer, and prices in USD per million tokens: the defaults of the configuration. */
const answerTokens = 60;
const inputPrice = 2.5;
const outputPrice = 10;

/**
 * Learns all tiers from logs without labels, serves later logs, where asked learns again now and then from what it passed
 * up, and is judged by the verifier file.
 */
export async function benchPipeline(options: BenchOptions): Promise<BenchReport> {
  if (options.verifier === undefined) {
    throw new EngineError('USAGE', { detail: 'bench pipeline needs --verifier FILE, which says what was right' });
  }
  if (options.holdout !== undefined || options.folds !== undefined) {
    throw new EngineError('USAGE', {
      detail: 'bench pipeline judges --test logs; it takes neither --holdout nor --folds',
    });
  }
  const verifier = (await readRecords(options.verifier)) as unknown as VerifierRow[];
  const train = ofSplit(await readLogs(options.train), 'train');
  const tests = new Map<string, readonly Conversation[]>();
  for (const path of options.test) {
    const conversations = ofSplit(await readLogs([path]), 'test');
    refuseOverlap(train, conversations, (one) => one.id);
    tests.set(path, conversations);
  }
  const seeds = options.seeds.length === 0 ? [1] : options.seeds;
  const runs: { results: BenchResult[]; seconds: number; modelBytes: number }[] = [];
  for (const seed of seeds) {
    const started = performance.now();
    const { alpha, delta, progress, device = 'cpu', learnEvery = 0, explore = 0 } = options;
    const serving = { seed, alpha, delta, device, progress, learnEvery, explore };
    const learned = await learn(train, serving);
    const seconds = (performance.now() - started) / 1000;
    const results: BenchResult[] = [];
    for (const [path, conversations] of tests) {
      const served = await serveAndLearn(train, conversations, learned, serving);
      results.push(await resultOf(path, served, learned, verifier, options));
    }
    runs.push({ results, seconds, modelBytes: await sizeOf(learned) });
    for (const model of Object.values(learned.models)) await model?.dispose();
  }
  const first = runs[0];
  if (first === undefined) throw new EngineError('USAGE', { detail: 'no seed' });
  return {
    subject: 'pipeline',
    seeds,
    train: {
      n: train.length,
      seconds: first.seconds,
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
      modelBytes: first.modelBytes,
    },
    results: [...tests.keys()].map((_, index) => spreadOf(runs.map((run) => run.results[index] as BenchResult))),
  };
}

async function resultOf(
  path: string,
  { replayed, learnings }: Awaited<ReturnType<typeof serveAndLearn>>,
  learned: Learned,
  verifier: readonly VerifierRow[],
  options: BenchOptions,
): Promise<BenchResult> {
  const known = new Set(replayed.map(({ message }) => message.id));
  const rows = verifier.filter((row) => known.has(row.message_id));
  const decide = (level: Level): Map<string, ReplayDecision> =>
    new Map(replayed.map((one) => [one.message.id, decisionAt(one, levels[level])]));
  const full = decide('V4');
  if (options.decisions !== undefined) {
    await writeFile(options.decisions, `${[...full.values()].map(decisionLine).join('\n')}\n`);
  }
  const weeks = [...new Set(rows.map((row) => row.week))].sort((a, b) => a - b);
  const latencies = replayed.map((one) => one.latencyMs).sort((a, b) => a - b);
  return {
    file: basename(path),
    n: rows.length,
    all: { ...scoreDecisions(rows, full), ...costAt(replayed, 'V4') },
    weeks: Object.fromEntries(
      weeks.map((week) => [
        week,
        scoreDecisions(
          rows.filter((row) => row.week === week),
          full,
        ),
      ]),
    ),
    levels: Object.fromEntries(
      (Object.keys(levels) as Level[]).map((level) => [level, levelOf(rows, decide(level), replayed, level)]),
    ),
    certificate: learned.certificate,
    learnings,
    latencyMs: {
      p50: latencies[Math.floor(latencies.length / 2)],
      p99: latencies[Math.floor(latencies.length * 0.99)],
    },
  };
}

/** The first tier of the level that settles has the last word. */
function decisionAt(one: ReplayedMessage, tiers: readonly TierName[]): ReplayDecision {
  for (const tier of ['dtr', 'lppm'] as const) {
    const verdict = one[tier];
    if (!tiers.includes(tier) || verdict?.settled !== true) continue;
    return { message_id: one.message.id, tier, outcome: verdict.outcome };
  }
  return { message_id: one.message.id, tier: 'imperator', outcome: null };
}

function levelOf(
  rows: readonly VerifierRow[],
  decisions: ReadonlyMap<string, ReplayDecision>,
  replayed: readonly ReplayedMessage[],
  level: Level,
): Pick<LadderScore, 'share' | 'taskError' | 'llmCallsAvoided' | 'unsafeExecutions'> & { costUsd: number } {
  const { share, taskError, llmCallsAvoided, unsafeExecutions } = scoreDecisions(rows, decisions);
  return { share, taskError, llmCallsAvoided, unsafeExecutions, costUsd: costAt(replayed, level).costUsd };
}

/** USD for the messages that reach the LLM at a level, beside USD for sending it everything. */
function costAt(replayed: readonly ReplayedMessage[], level: Level): { costUsd: number; allLlmCostUsd: number } {
  const tiers: readonly TierName[] = levels[level];
  let costUsd = 0;
  let allLlmCostUsd = 0;
  for (const one of replayed) {
    allLlmCostUsd += priceOf(one.historyTokens);
    if (decisionAt(one, tiers).outcome !== null) continue;
    costUsd += priceOf(tiers.includes('cet') ? one.chosenTokens : one.historyTokens);
  }
  return { costUsd, allLlmCostUsd };
}

function priceOf(inputTokens: number): number {
  return (inputTokens * inputPrice + answerTokens * outputPrice) / 1_000_000;
}

async function sizeOf(learned: Learned): Promise<number> {
  let bytes = 0;
  for (const model of Object.values(learned.models)) {
    if (model === null) continue;
    const folder = await mkdtemp(join(tmpdir(), 'thought-engine-'));
    for (const name of await model.save(folder)) bytes += statSync(join(folder, name)).size;
    await rm(folder, { recursive: true });
  }
  return bytes;
}
