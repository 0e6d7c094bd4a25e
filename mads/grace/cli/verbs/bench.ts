import { InvalidArgumentError, type Command } from '@commander-js/extra-typings';
import { devices } from '../../../../engine/core/config.ts';
import { EngineError } from '../../../../engine/core/errors.ts';
import type { BenchOptions, BenchReport } from '../../../../training/bench/report.ts';
import { flatten } from '../figures.ts';
import type { Shell } from '../shell.ts';
import { table } from '../terminal.ts';

type Subject = (options: BenchOptions) => Promise<BenchReport>;

/** Loaded when asked for: a bench of one subject needs none of the others. */
const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  traffic: async () => (await import('../../../../training/bench/traffic/traffic.ts')).benchTraffic,
  intent: async () => (await import('../../../../training/bench/intent/intent.ts')).benchIntent,
  process: async () => (await import('../../../../training/bench/process/process.ts')).benchProcess,
  context: async () => (await import('../../../../training/bench/context/context.ts')).benchContext,
  gate: async () => (await import('../../../../training/bench/gate/gate.ts')).benchGate,
  mining: async () => (await import('../../../../training/bench/mining/mining.ts')).benchMining,
  pipeline: async () => (await import('../../../../training/bench/pipeline/pipeline.ts')).benchPipeline,
};

const collect = (value: string, before: string[]): string[] => [...before, value];

function whole(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number above 0 is needed');
  return number;
}

function days(value: string): number {
  return value === '0' ? 0 : whole(value);
}

function share(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number < 1)) throw new InvalidArgumentError('a number between 0 and 1 is needed');
  return number;
}

export function addBench(program: Command, shell: Shell): void {
  program
    .command('bench')
    .summary('train on given files, measure on others')
    .description(
      `Trains on the given files and measures on the others. Files are JSON Lines, plain or .gz; of a file given as
--train, --val or --test the rows whose "split" has that name are taken, a file without such rows is taken whole.

  traffic   deterministic, fixed or prose?
            {text, class, subtype, source}
  intent    which intent, or none
            {text, label}
  process   next step and values
            *_turns files and slot files; definitions with --processes
  context   which turns matter
            *_queries files, each with its *_conversations file beside it
  gate      what promotion makes of challengers that should not pass
            conversation logs
  mining    processes found without labels
            turns or conversation logs; definitions, --verifier
  pipeline  the whole ladder
            conversation logs, judged by --verifier`,
    )
    .argument('<subject>', Object.keys(subjects).join(', '))
    .option('--train <file>', 'learn from it (repeatable)', collect, [])
    .option('--val <file>', 'choose on it (repeatable); without one, a slice of train by hash', collect, [])
    .option('--test <file>', 'measure on it (repeatable)', collect, [])
    .option('--verifier <file>', 'pipeline, mining: what was right for each message')
    .option('--decisions <file>', 'pipeline: write the decisions there, one JSON line each')
    .option('--processes <file>', 'process, mining: definitions (repeatable)', collect, [])
    .option('--holdout <percent>', 'carve so many percent out of train as test', whole)
    .option('--folds <n>', 'leave sources, processes or conversations out in n folds', whole)
    .option('--learn-every <days>', 'pipeline: learn again while serving, from what was passed up (0: never)', days)
    .option(
      '--explore <share>',
      'pipeline, with --learn-every: what the LLM answers whatever the tiers would do',
      share,
    )
    .option('--stream', 'traffic: how soon a source that appears half way is learned, beside training anew')
    .option(
      '--growth <n>',
      'intent: coverage after so many logged answers, or "all"; mining: time for so many conversations (repeatable)',
      collect,
      [],
    )
    .option('--shots <n>', 'intent: accuracy with n examples of each intent (repeatable)', collect, [])
    .option('--peers', 'intent, process: beside fastText and scikit-learn, where they are installed')
    .option('--seeds <n>', 'repeat with n seeds and report mean and spread', whole, 1)
    .option('--alpha <share>', 'error budget: largest share of wrongly settled messages', share)
    .option('--device <device>', devices.join(', '))
    .option('--json', 'print one JSON document')
    .action(async (subject, flags) => {
      const load = subjects[subject];
      if (load === undefined) {
        throw new EngineError('USAGE', {
          detail: `no bench "${subject}"; there are ${Object.keys(subjects).join(', ')}`,
        });
      }
      if (flags.train.length === 0) throw new EngineError('USAGE', { detail: 'name at least one --train FILE' });
      if (flags.test.length === 0 && flags.holdout === undefined && flags.folds === undefined) {
        throw new EngineError('USAGE', { detail: 'name a --test FILE, or --holdout N, or --folds N' });
      }
      const config = shell.config({ alpha: flags.alpha, device: flags.device });
      const terminal = shell.terminal(flags.json === true);
      const bench = await load();
      const report = await bench({
        train: flags.train,
        val: flags.val,
        test: flags.test,
        processes: flags.processes,
        ...(flags.verifier === undefined ? {} : { verifier: flags.verifier }),
        ...(flags.decisions === undefined ? {} : { decisions: flags.decisions }),
        ...(flags.holdout === undefined ? {} : { holdout: flags.holdout }),
        peers: flags.peers === true,
        growth: flags.growth.map((count) => (count === 'all' ? Number.POSITIVE_INFINITY : whole(count))),
        shots: flags.shots.map(whole),
        ...(flags.folds === undefined ? {} : { folds: flags.folds }),
        ...(flags.learnEvery === undefined
          ? {}
          : { learnEvery: flags.learnEvery, explore: flags.explore ?? config.explore }),
        ...(flags.stream === undefined ? {} : { stream: flags.stream }),
        seeds: Array.from({ length: flags.seeds }, (_, index) => config.seed + index),
        device: config.device,
        alpha: config.alpha,
        delta: config.delta,
        progress: terminal.progress,
      });
      terminal.answer(report, () => textOf(report));
    });
}

/** Every figure of every test file, one a line: a report to read, the JSON document to work with. */
function textOf(report: BenchReport): string {
  const { n, seconds, peakRssMb, modelBytes } = report.train;
  const cost = `learned from ${n} rows in ${seconds.toFixed(1)} s, peak ${peakRssMb} MB, model ${Math.round(modelBytes / 1024)} KB`;
  const files = report.results.map((result) => {
    const rows = flatten(result).filter(([path]) => path !== 'file');
    return `\n${result.file}\n${table(['figure', 'value'], rows)}`;
  });
  return [`${report.subject}: ${cost}, seeds ${report.seeds.join(', ')}`, ...(report.missing ?? []), ...files].join(
    '\n',
  );
}
