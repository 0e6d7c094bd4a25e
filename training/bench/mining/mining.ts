import { basename } from 'node:path';
import type { Conversation } from '../../../engine/core/conversation.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import type { Message } from '../../../engine/core/message.ts';
import { mineInFull } from '../../mining/mine.ts';
import { miningFloors } from './floors.ts';
import { definitionScores, JudgedLog } from './judge.ts';
import { miningGrowth } from './growth.ts';
import { trueProcessesOf, truthOf } from './truth.ts';
import { ofSplit, readLogs } from '../logs.ts';
import { readRecords, refuseOverlap } from '../records.ts';
import type { BenchOptions, BenchReport, BenchResult } from '../report.ts';
import { spreadOf } from '../spread.ts';
import type { VerifierRow } from '../verdict-score.ts';

/** Share of the log that each seed leaves out: mining itself draws nothing, its data do. */
const leftOut = 0.1;

/**
 * Mines conversations whose labels are hidden, and judges what was found on later ones: steps, tasks, graphs, origins, slots,
 * fitness and precision, beside what simple groupings reach on the same moves.
 */
export async function benchMining(options: BenchOptions): Promise<BenchReport> {
  if (options.test.length === 0) throw new EngineError('USAGE', { detail: 'bench mining judges --test FILE' });
  const train = ofSplit(await readLogs(options.train), 'train');
  const verifier =
    options.verifier === undefined ? [] : ((await readRecords(options.verifier)) as unknown as VerifierRow[]);
  const tests = new Map<string, readonly Conversation[]>();
  for (const path of options.test) {
    const conversations = ofSplit(await readLogs([path]), 'test');
    refuseOverlap(train, conversations, (one) => one.id);
    tests.set(path, conversations);
  }
  const definitions = [];
  for (const path of options.processes) definitions.push(...trueProcessesOf(await readRecords(path)));
  const seeds = options.seeds.length === 0 ? [1] : options.seeds;
  const runs: BenchResult[][] = [];
  let seconds = 0;
  for (const seed of seeds) {
    const log = train
      .filter(({ id }) => seeds.length === 1 || hashFraction(`${seed} ${id}`) >= leftOut)
      .map(unlabelled);
    const started = performance.now();
    const mined = await mineInFull(log, { seed, progress: options.progress });
    seconds += (performance.now() - started) / 1000 / seeds.length;
    const results: BenchResult[] = [];
    for (const [path, conversations] of tests) {
      const truth = truthOf(conversations, verifier);
      const judged = new JudgedLog(mined, conversations.map(unlabelled), truth);
      const own = await mineInFull(conversations.map(unlabelled), { seed, progress: options.progress });
      const same = new JudgedLog(own, conversations.map(unlabelled), truth);
      results.push({
        file: basename(path),
        n: conversations.length,
        mined: mined.mining.processes.length,
        steps: judged.steps(),
        tasks: judged.tasks(),
        // Mined from these very conversations, labels hidden: what the floors, which are groupings of them too, compare with.
        minedHere: { steps: same.steps(), tasks: same.tasks() },
        ...definitionScores(mined, judged, definitions),
        conformance: judged.conformance(),
        reproducedArguments: judged.reproduced(),
        floors: miningFloors(conversations, truth, definitions, seed),
      });
    }
    runs.push(results);
  }
  const growth = options.growth ?? [];
  const results = [...tests.keys()].map((_, index) => spreadOf(runs.map((run) => run[index] as BenchResult)));
  if (growth.length > 0) {
    const points = await miningGrowth(train.map(unlabelled), growth, seeds[0] as number);
    results.push({ file: 'growth', n: points.length, points });
  }
  return {
    subject: 'mining',
    seeds,
    train: { n: train.length, seconds, peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024), modelBytes: 0 },
    results,
  };
}

/** What a log holds that nobody labelled. */
function unlabelled(conversation: Conversation): Conversation {
  return { ...conversation, messages: conversation.messages.map(withoutMark) };
}

function withoutMark(message: Message): Message {
  const { annotation, ...rest } = message;
  return annotation === undefined ? message : rest;
}
