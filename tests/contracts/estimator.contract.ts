import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Estimator } from '../../models/estimator.ts';

export interface EstimatorCase<Example, Input, Prediction> {
  readonly make: () => Estimator<Example, Input, Prediction>;
  readonly examples: readonly Example[];
  /** Something else to learn, to be forgotten. */
  readonly others: readonly Example[];
  /** With different answers among them. */
  readonly inputs: readonly Input[];
  /** What must not depend on the company in which an input is asked about. */
  readonly told: (prediction: Prediction) => unknown;
}

/** What every learner promises, whatever it learns. */
export function describeEstimator<Example, Input, Prediction>(
  name: string,
  { make, examples, others, inputs, told }: EstimatorCase<Example, Input, Prediction>,
): void {
  describe(`${name} keeps the estimator contract`, () => {
    const model = make();
    let folder = '';
    let files: string[] = [];
    const contents = async (root: string): Promise<Record<string, string>> => {
      const names = (await readdir(root, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
      const paths = names.map((one) => join(one.parentPath, one.name)).toSorted();
      const pairs = paths.map(async (path) => [path.slice(root.length + 1), (await readFile(path)).toString('base64')]);
      return Object.fromEntries(await Promise.all(pairs)) as Record<string, string>;
    };
    const saved = async (fitted: Estimator<Example, Input, Prediction>): Promise<string> => {
      const fresh = await mkdtemp(join(folder, 'saved-'));
      await fitted.save(fresh);
      return fresh;
    };

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'estimator-'));
      const report = await model.fit(examples, { seed: 1 });
      expect(report.rows).toBeGreaterThan(0);
      files = await model.save(join(folder, 'model'));
    });
    afterAll(async () => {
      await model.dispose();
      await rm(folder, { recursive: true });
    });

    it('knows nothing before it has learned', async () => {
      const fresh = make();
      await expect(fresh.predict(inputs)).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
      await expect(fresh.save(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
      await fresh.dispose();
      await fresh.dispose();
    });

    it('refuses to learn from nothing', async () => {
      await expect(make().fit([], { seed: 1 })).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
    });

    it('gives one answer per input, in their order', async () => {
      const answers = (await model.predict(inputs)).map(told);
      expect(answers).toHaveLength(inputs.length);
      expect((await model.predict(inputs.toReversed())).map(told)).toEqual(answers.toReversed());
      expect(await model.predict([])).toEqual([]);
    });

    it('tells which files it wrote, and answers the same from them', async () => {
      expect(Object.keys(await contents(join(folder, 'model')))).toEqual(files.toSorted());
      const copy = make();
      await copy.load(join(folder, 'model'));
      expect((await copy.predict(inputs)).map(told)).toEqual((await model.predict(inputs)).map(told));
      await copy.dispose();
    });

    it('forgets what it learned before, and learns the same again, byte for byte', async () => {
      const again = make();
      await again.fit(others, { seed: 2 });
      const before = await contents(await saved(again));
      await again.fit(examples, { seed: 1 });
      const after = await contents(await saved(again));
      expect(after).not.toEqual(before);
      expect(after).toEqual(await contents(join(folder, 'model')));
      await again.dispose();
    });

    it('refuses a folder in which a file is missing or empty', async () => {
      const broken = await saved(model);
      for (const name of files) {
        const path = join(broken, name);
        const content = await readFile(path);
        await writeFile(path, '');
        await expect(make().load(broken), `${name} empty`).rejects.toMatchObject({
          code: expect.stringMatching(/^ARTEFACT_/),
        });
        await rm(path);
        await expect(make().load(broken), `${name} missing`).rejects.toMatchObject({
          code: expect.stringMatching(/^ARTEFACT_/),
        });
        await writeFile(path, content);
      }
    });
  });
}
