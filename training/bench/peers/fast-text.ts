import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentClasses } from '../../../models/dtr/example.ts';
import type { TrafficRow } from '../traffic/data.ts';
import { inFolder, outputOf } from './command.ts';
import type { Peer } from './peer.ts';

/** Words, word pairs and characters 2 to 4; one thread, so that a seed gives the same model. */
const settings = '-epoch 15 -lr 0.5 -wordNgrams 2 -minn 2 -maxn 4 -dim 32 -bucket 200000 -thread 1 -verbose 0'.split(
  ' ',
);
const longest = 4000;

/** The `fasttext` command on raw text. */
export const fastText: Peer = {
  name: 'fastText',
  async missing() {
    // Without arguments it explains itself and ends with an error, so that only its absence is a fault.
    const found = await outputOf('sh', ['-c', 'command -v fasttext || true']);
    return found.trim() === '' ? 'fastText: no command "fasttext" here; on Debian "apt install fasttext"' : null;
  },
  run: (train, rows, seed) =>
    inFolder(async (folder) => {
      const at = (name: string): string => join(folder, name);
      await writeFile(at('train.txt'), train.map((row) => `__label__${row.class} ${lineOf(row)}\n`).join(''));
      await writeFile(at('test.txt'), rows.map((row) => `${lineOf(row)}\n`).join(''));
      await writeFile(at('one.txt'), 'ls\n');
      const started = performance.now();
      const given = ['-input', at('train.txt'), '-output', at('model'), '-seed', String(seed)];
      await outputOf('fasttext', ['supervised', ...given, ...settings]);
      const trained = performance.now();
      await outputOf('fasttext', ['predict', at('model.bin'), at('one.txt')]);
      // What one line costs is start and loading; the rest is the work.
      const loaded = performance.now();
      const answers = (await outputOf('fasttext', ['predict', at('model.bin'), at('test.txt')])).split('\n');
      const work = performance.now() - loaded - (loaded - trained);
      const calls = rows.map((row, index) => {
        const name = contentClasses.find((one) => answers[index] === `__label__${one}`);
        return { row, class: name ?? ('prose' as const), confidence: 1 };
      });
      return {
        calls,
        trainSeconds: (trained - started) / 1000,
        usPerMessage: (Math.max(0, work) * 1000) / Math.max(1, rows.length),
      };
    }),
};

/** A message as one line: the command reads a label or an example at every line break. */
function lineOf({ text }: TrafficRow): string {
  return text.slice(0, longest).replaceAll(/\s+/g, ' ').replaceAll('__label__', 'label').trim() || '-';
}
