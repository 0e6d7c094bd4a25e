import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../engine/core/errors.ts';
import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import { tokenize } from '../../../models/text/ngrams.ts';
import { inFolder, outputOf, works } from './command.ts';

/** A text and the one label that it has. */
export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

export interface PeerAnswers {
  readonly seconds: number;
  readonly modelBytes: number;
  readonly setting: string;
  /** Label and confidence of every row of every part. */
  readonly answers: readonly (readonly (readonly [string, number])[])[];
}

export interface TextPeerOptions {
  /** Label that no model learns, left out where settings are chosen. */
  readonly outOfScope: string;
  /** Whether the linear models read runs of characters beside words. */
  readonly letters: boolean;
  /** Told in one line of what is not installed. */
  readonly missing: (line: string) => void;
}

/** Pythons that are asked for scikit-learn, in this order. */
const pythons = ['python3', '/usr/bin/python3'];

/**
 * Public packages on the same rows, each tuned on the first part: LinearSVC and logistic regression of scikit-learn, and
 * fastText. One that is not installed is told of in one line and left out.
 */
export async function textPeers(
  train: readonly LabelledText[],
  parts: readonly (readonly LabelledText[])[],
  options: TextPeerOptions,
): Promise<Record<string, PeerAnswers>> {
  const found: Record<string, PeerAnswers> = {};
  for (const [name, answer] of [
    ['scikit-learn', scikit],
    ['fastText', fastText],
  ] as const) {
    try {
      Object.assign(found, await inFolder((folder) => answer(folder, train, parts, options)));
    } catch (error) {
      options.missing(`${name} is left out: ${messageOf(error).split('\n')[0]?.slice(0, 120) ?? ''}`);
    }
  }
  return found;
}

async function scikit(
  folder: string,
  train: readonly LabelledText[],
  parts: readonly (readonly LabelledText[])[],
  { outOfScope, letters }: TextPeerOptions,
): Promise<Record<string, PeerAnswers>> {
  const [input, output] = [join(folder, 'rows.json'), join(folder, 'answers.json')];
  const plain = (rows: readonly LabelledText[]) => rows.map(({ text, label }) => [text, label]);
  await writeFile(input, JSON.stringify({ train: plain(train), parts: parts.map(plain), outOfScope, letters }));
  for (const python of pythons) {
    if (!(await works(python, ['-c', 'import sklearn']))) continue;
    await outputOf(python, [join(import.meta.dirname, 'sparse-linear.py'), input, output]);
    return JSON.parse(await readFile(output, 'utf8')) as Record<string, PeerAnswers>;
  }
  throw new Error('no Python here has it; on Debian "apt install python3-sklearn"');
}

/** Word pairs and characters; the loss is chosen on the first part. */
async function fastText(
  folder: string,
  train: readonly LabelledText[],
  parts: readonly (readonly LabelledText[])[],
): Promise<Record<string, PeerAnswers>> {
  const labels = [...new Set(train.map(({ label }) => label))].sort();
  const place = (name: string): string => join(folder, name);
  const lineOf = ({ text }: LabelledText): string => tokenize(text).join(' ');
  // it learns in the order given, and files are sorted by label
  const numbered = shuffle([...train], seededRandom(1)).map(
    (row) => `__label__${labels.indexOf(row.label)} ${lineOf(row)}`,
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
