import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../engine/core/errors.ts';
import { seededRandom, shuffle } from '../../engine/core/random.ts';
import { tokenize } from '../../models/text/ngrams.ts';
import type { Called, IntentData } from './intent-data.ts';
import { outOfScope } from './intent-data.ts';
import { intentFigures } from './intent-figures.ts';
import { inFolder, outputOf, works } from './peers/command.ts';
import type { BenchRecord } from './records.ts';
import type { BenchOptions } from './report.ts';

/** Pythons that are asked for scikit-learn, in this order. */
const pythons = ['python3', '/usr/bin/python3'];

interface PeerAnswers {
  readonly seconds: number;
  readonly modelBytes: number;
  readonly setting: string;
  /** Label and confidence of every row: val, strangers, test. */
  readonly answers: readonly (readonly (readonly [string, number])[])[];
}

/**
 * Public packages on the same split, each tuned on val: fastText, LinearSVC and logistic regression of scikit-learn.
 * One that is not installed is told of in one line and left out.
 */
export async function intentPeers(
  data: IntentData,
  test: readonly BenchRecord[],
  options: BenchOptions,
): Promise<Record<string, unknown>> {
  const parts = [data.val, data.strangers, test];
  const figures: Record<string, unknown> = {};
  for (const [name, answer] of [
    ['scikit-learn', scikit],
    ['fastText', fastText],
  ] as const) {
    try {
      const peers = await inFolder((folder) => answer(folder, data.train, parts));
      for (const [peer, { answers, ...cost }] of Object.entries(peers)) {
        const [val, strangers, called] = answers.map((rows, part) =>
          judged(rows, parts[part] as readonly BenchRecord[]),
        );
        figures[peer] = { ...cost, ...intentFigures(val ?? [], strangers ?? [], called ?? [], options.delta) };
      }
    } catch (error) {
      const detail = messageOf(error).split('\n')[0]?.slice(0, 120) ?? '';
      options.progress({ stage: 'bench intent', done: 0, total: null, note: `${name} is left out: ${detail}` });
    }
  }
  return figures;
}

function judged(answers: readonly (readonly [string, number])[], rows: readonly BenchRecord[]): Called[] {
  return rows.map(({ label }, row) => {
    const [given, confidence] = answers[row] ?? ['', 0];
    const inScope = label !== outOfScope;
    return { confidence, escalate: 1 - confidence, correct: given === label, inScope, settles: true };
  });
}

async function scikit(
  folder: string,
  train: readonly BenchRecord[],
  parts: readonly (readonly BenchRecord[])[],
): Promise<Record<string, PeerAnswers>> {
  const [input, output] = [join(folder, 'rows.json'), join(folder, 'answers.json')];
  const plain = (rows: readonly BenchRecord[]) => rows.map(({ text, label }) => [String(text), String(label)]);
  await writeFile(input, JSON.stringify({ train: plain(train), parts: parts.map(plain), outOfScope }));
  for (const python of pythons) {
    if (!(await works(python, ['-c', 'import sklearn']))) continue;
    await outputOf(python, [join(import.meta.dirname, 'peers', 'sparse-linear.py'), input, output]);
    return JSON.parse(await readFile(output, 'utf8')) as Record<string, PeerAnswers>;
  }
  throw new Error('no Python here has it; on Debian "apt install python3-sklearn"');
}

/** Word pairs and characters; the loss is chosen on val. */
async function fastText(
  folder: string,
  train: readonly BenchRecord[],
  parts: readonly (readonly BenchRecord[])[],
): Promise<Record<string, PeerAnswers>> {
  const labels = [...new Set(train.map(({ label }) => String(label)))].sort();
  const place = (name: string): string => join(folder, name);
  const lineOf = ({ text }: BenchRecord): string => tokenize(String(text)).join(' ');
  // it learns in the order given, and files are sorted by label
  const numbered = shuffle([...train], seededRandom(1)).map(
    (row) => `__label__${labels.indexOf(String(row.label))} ${lineOf(row)}`,
  );
  await writeFile(place('train'), numbered.join('\n'));
  await writeFile(place('asked'), parts.flat().map(lineOf).join('\n'));
  let best: { readonly hits: number; readonly peer: PeerAnswers } | null = null;
  for (const loss of ['softmax', 'ova']) {
    const started = performance.now();
    const files = ['-input', place('train'), '-output', place('model')];
    const setting = ['-loss', loss, '-lr', '0.5', '-epoch', '30', '-wordNgrams', '2', '-minn', '2', '-maxn', '5'];
    await outputOf('fasttext', ['supervised', ...files, ...setting, '-bucket', '200000', '-thread', '1']);
    const seconds = (performance.now() - started) / 1000;
    const stdout = await outputOf('fasttext', ['predict-prob', place('model.bin'), place('asked'), '1']);
    const lines = stdout.split('\n').map((line): readonly [string, number] => {
      const [label = '', share = '0'] = line.split(' ');
      return [labels[Number(label.replace('__label__', ''))] ?? '', Math.min(1, Number(share))];
    });
    let start = 0;
    const answers = parts.map((part) => lines.slice(start, (start += part.length)));
    const hits = (answers[0] ?? []).filter(([label], row) => label === parts[0]?.[row]?.label).length;
    const { size } = await stat(place('model.bin'));
    if (best !== null && hits <= best.hits) continue;
    best = { hits, peer: { seconds, modelBytes: size, setting: setting.join(' '), answers } };
  }
  return best === null ? {} : { fastText: best.peer };
}
