import { Draw } from '../../../datasets/sample/draw.ts';
import { snippetKinds } from '../../../datasets/sample/base-corpus.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import { DtrModel } from '../../../models/dtr/model.ts';
import { refitRouter } from '../../../models/dtr/refit.ts';
import { Router } from '../../../models/dtr/router.ts';
import type { BenchOptions, BenchResult } from '../report.ts';
import type { TrafficData, TrafficRow } from './data.ts';
import { corpusBeside, exampleOf } from './data.ts';
import { round, share } from './figures.ts';

/** Something that appears half way through a stream. */
interface Newcomer {
  readonly name: string;
  readonly isOne: (row: TrafficRow) => boolean;
  /** Rows that no file holds. */
  readonly written: readonly TrafficRow[];
}

interface Learned {
  /** Accuracy on the newcomer and on everything else. */
  readonly newcomer: number;
  readonly old: number;
  readonly seconds: number;
}

interface Step {
  readonly seen: number;
  readonly refit: Learned;
  readonly anew: Learned;
}

/** Labelled newcomers seen so far at which everything is measured. */
const points = [0, 4, 8, 16, 32, 64, 128] as const;
/** Ordinary labelled messages between two newcomers. */
const ordinaryBeside = 3;
/** "As well as the old ones": at most this much below their accuracy. */
const tolerance = 0.01;
const writtenRows = 400;

/**
 * Accuracy over a stream in which a newcomer appears that no training row resembled: logs, a programming
 * language, a data format, and commands of another shell. Half of its rows teach, half test. At each point the trees are
 * refitted on what they remember and on all recent rows; beside it stands training anew on the same rows.
 */
export async function streamFigures(data: TrafficData, options: BenchOptions): Promise<BenchResult[]> {
  const seed = options.seeds[0] ?? 1;
  const results: BenchResult[] = [];
  const test = data.tests.flatMap(({ rows }) => rows);
  for (const { name, isOne, written } of newcomersOf(data, seed)) {
    options.progress({ stage: 'stream', done: results.length, total: null, note: name });
    const ordinary = [...data.train, ...corpusBeside(data, seed)].filter((row) => !isOne(row));
    const own = [...[...data.train, ...data.val, ...test].filter(isOne), ...written];
    const teaches = own.filter((row) => hashFraction(`teach ${row.text}`) < 0.5);
    const judges = own.filter((row) => hashFraction(`teach ${row.text}`) >= 0.5);
    const others = test.filter((row) => !isOne(row));
    const later = data.val.filter((row) => !isOne(row));
    const base = new DtrModel();
    await base.fit(ordinary.map(exampleOf), { seed });
    const { memory } = base;
    const { parts } = base.router;
    const before = accuracyOf(base.router, others);
    const steps: Step[] = [];
    for (const seen of points.filter((point) => point <= teaches.length)) {
      const recent = [...teaches.slice(0, seen), ...later.slice(0, seen * ordinaryBeside)].map(exampleOf);
      const started = performance.now();
      const router = seen === 0 ? base.router : new Router((await refitRouter(parts, memory, recent, { seed })).parts);
      const seconds = (performance.now() - started) / 1000;
      const anew = new DtrModel();
      const report = await anew.fit([...ordinary.map(exampleOf), ...recent], { seed });
      steps.push({
        seen,
        refit: { newcomer: accuracyOf(router, judges), old: accuracyOf(router, others), seconds: round(seconds) },
        anew: {
          newcomer: accuracyOf(anew.router, judges),
          old: accuracyOf(anew.router, others),
          seconds: round(report.seconds),
        },
      });
      await anew.dispose();
    }
    await base.dispose();
    const caughtUp = (kind: 'refit' | 'anew'): number | null =>
      steps.find((step) => step[kind].newcomer >= step[kind].old - tolerance)?.seen ?? null;
    results.push({
      file: `stream: ${name}`,
      n: judges.length,
      oldBefore: before,
      examplesUntilAsGood: { refit: caughtUp('refit'), anew: caughtUp('anew') },
      steps,
    });
  }
  return results;
}

/** All logs, the commonest language and the commonest data format of train; and commands that a generator writes. */
function newcomersOf(data: TrafficData, seed: number): Newcomer[] {
  const found: Newcomer[] = [];
  const subtypes = (keep: (row: TrafficRow) => boolean): string | null =>
    commonest(data.train.filter(keep).map((row) => row.subtype));
  for (const subtype of [
    subtypes((row) => row.subtype === 'log'),
    subtypes((row) => row.subtype.startsWith('code_')),
    subtypes((row) => row.class === 'fixed' && row.subtype !== 'log' && row.subtype !== 'json'),
  ]) {
    if (subtype !== null) found.push({ name: subtype, isOne: (row) => row.subtype === subtype, written: [] });
  }
  found.push({
    name: 'PowerShell commands',
    isOne: (row) => row.subtype === 'powershell',
    written: writePowerShell(seed),
  });
  return found;
}

function commonest(names: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? null;
}

function writePowerShell(seed: number): TrafficRow[] {
  const kind = snippetKinds.find(({ subtype }) => subtype === 'powershell');
  if (kind === undefined) return [];
  const draw = new Draw(seed);
  const texts = new Set(Array.from({ length: writtenRows }, () => kind.make(draw)));
  return [...texts].map((text) => ({
    text,
    class: kind.class,
    subtype: kind.subtype,
    source: kind.source,
    slice: 'unseen_source',
  }));
}

function accuracyOf(router: Router, rows: readonly TrafficRow[]): number {
  return share(rows.filter((row) => router.route(row.text).class === row.class).length, rows.length);
}
