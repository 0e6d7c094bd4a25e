import type { LppmExample, LppmInput } from '../../../models/lppm/example.ts';
import type { LppmModel } from '../../../models/lppm/model.ts';
import type { Judged } from '../coverage.ts';
import { carve, readSplit, refuseOverlap, type BenchRecord } from '../records.ts';
import type { BenchOptions } from '../report.ts';

export const outOfScope = 'oos';
/** Slice of train that serves as val where no val is given. */
const valShare = 0.1;

export interface IntentData {
  /** In scope. */
  readonly train: readonly BenchRecord[];
  /** Rows of train that have none of the intents; never learned from. */
  readonly strangers: readonly BenchRecord[];
  readonly val: readonly BenchRecord[];
  readonly tests: readonly { readonly path: string; readonly rows: readonly BenchRecord[] }[];
}

export async function readIntentData(options: BenchOptions): Promise<IntentData> {
  const flat = (files: readonly { readonly rows: readonly BenchRecord[] }[]): BenchRecord[] =>
    files.flatMap(({ rows }) => rows);
  let train = flat(await readSplit(options.train, 'train'));
  const tests = (await readSplit(options.test, 'test')).map(({ path, rows }) => ({ path, rows }));
  if (options.holdout !== undefined) {
    const { kept, carved } = carve(train, options.holdout / 100, keyOf);
    train = kept;
    tests.push({ path: `holdout ${options.holdout} %`, rows: carved });
  }
  let val = flat(await readSplit(options.val, 'val'));
  if (val.length === 0) ({ kept: train, carved: val } = carve(train, valShare, (row) => `val ${keyOf(row)}`));
  const learned = withoutTestRows(
    train.filter(({ label }) => label !== outOfScope),
    tests,
    options,
  );
  const strangers = withoutTestRows(
    train.filter(({ label }) => label === outOfScope),
    tests,
    options,
  );
  for (const { rows } of tests) refuseOverlap(learned, rows, keyOf);
  return { train: learned, strangers, val, tests };
}

/**
 * Short utterances recur: where one file brings both train and test by its publisher's marks, those of test are left
 * out of train. Between files it stays an error.
 */
function withoutTestRows(
  train: readonly BenchRecord[],
  tests: IntentData['tests'],
  options: BenchOptions,
): BenchRecord[] {
  const fold = (row: BenchRecord): string => keyOf(row).toLowerCase().split(/\s+/).join(' ').trim();
  const own = tests.filter(
    ({ path, rows }) => options.train.includes(path) && rows.every(({ split }) => split === 'test'),
  );
  const seen = new Set(own.flatMap(({ rows }) => rows.map(fold)));
  return train.filter((row) => row.split !== 'train' || !seen.has(fold(row)));
}

function keyOf(row: BenchRecord): string {
  return String(row.text);
}

export function exampleOf(row: BenchRecord, number: number): LppmExample {
  const step = String(row.label);
  return {
    input: inputOf(row),
    process: null,
    step,
    action: { kind: 'reply', text: step },
    conversation: String(number),
  };
}

export function inputOf(row: BenchRecord): LppmInput {
  return { turns: [{ speaker: 'user', text: String(row.text), step: null, values: null }] };
}

/** An answer beside the label. */
export interface Called extends Judged {
  readonly inScope: boolean;
  /** How likely it is none of the known intents; only its order counts. */
  readonly escalate: number;
}

export async function callAll(model: LppmModel, rows: readonly BenchRecord[]): Promise<Called[]> {
  return calledOf(await model.predict(rows.map(inputOf)), rows);
}

export function calledOf(
  answers: readonly { readonly step: string; readonly confidence: number; readonly escalate: number }[],
  rows: readonly BenchRecord[],
): Called[] {
  return answers.map(({ step, confidence, escalate }, row) => {
    const label = rows[row]?.label;
    return { confidence, escalate, correct: step === label, inScope: label !== outOfScope, settles: true };
  });
}
