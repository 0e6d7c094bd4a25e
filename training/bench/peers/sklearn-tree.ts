import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentClasses } from '../../../models/dtr/example.ts';
import { handMade } from './hand-made.ts';
import { inFolder, outputOf, works } from './command.ts';
import type { Peer } from './peer.ts';

const pythons = ['python3', '/usr/bin/python3'];

/** Reads rows as float32 and labels as bytes; prints training seconds, microseconds of one prediction, and the calls. */
const script = `
import sys, time, numpy
from sklearn.tree import DecisionTreeClassifier
folder, columns, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
x = numpy.fromfile(folder + '/train.bin', dtype='<f4').reshape(-1, columns)
y = numpy.fromfile(folder + '/labels.bin', dtype='u1')
t = numpy.fromfile(folder + '/test.bin', dtype='<f4').reshape(-1, columns)
start = time.perf_counter()
tree = DecisionTreeClassifier(min_samples_leaf=3, random_state=seed).fit(x, y)
trained = time.perf_counter() - start
calls = tree.predict(t)
start = time.perf_counter()
asked = min(500, len(t))
for row in range(asked): tree.predict(t[row:row + 1])
print(trained, (time.perf_counter() - start) / max(1, asked) * 1e6)
print(' '.join(str(int(call)) for call in calls))
`;

async function python(): Promise<string | null> {
  for (const command of pythons) if (await works(command, ['-c', 'import sklearn'])) return command;
  return null;
}

/** One tree of scikit-learn on the router's features. */
export const sklearnTree: Peer = {
  name: 'sklearn tree',
  missing: async () =>
    (await python()) === null
      ? 'sklearn tree: no python3 with sklearn here; on Debian "apt install python3-sklearn"'
      : null,
  run: (train, rows, seed) =>
    inFolder(async (folder) => {
      const given = handMade(train);
      const asked = handMade(rows);
      await writeFile(join(folder, 'train.bin'), new Uint8Array(Float32Array.from(given.values).buffer));
      await writeFile(join(folder, 'test.bin'), new Uint8Array(Float32Array.from(asked.values).buffer));
      const labels = Uint8Array.from(train, (row) => contentClasses.indexOf(row.class));
      await writeFile(join(folder, 'labels.bin'), labels);
      const command = (await python()) ?? 'python3';
      const told = await outputOf(command, ['-c', script, folder, String(given.columns), String(seed)]);
      const [times = '', answers = ''] = told.split('\n');
      const [trainSeconds = 0, predictUs = 0] = times.split(' ').map(Number);
      const called = answers.split(' ').map(Number);
      return {
        calls: rows.map((row, index) => ({
          row,
          class: contentClasses[called[index] ?? 2] ?? ('prose' as const),
          confidence: 1,
        })),
        trainSeconds,
        usPerMessage: predictUs + asked.usPerMessage,
      };
    }),
};
