import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { baseCorpus } from '../../../../datasets/sample/base-corpus.ts';
import { sha256 } from '../../../../engine/core/hash.ts';
import type { DtrExample } from '../../../../models/dtr/example.ts';
import { windowLimit } from '../../../../models/dtr/features/text-window.ts';
import { DtrModel } from '../../../../models/dtr/model.ts';

const tools: Readonly<Record<string, { tool: string; argument: string }>> = {
  bash: { tool: 'shell.run', argument: 'command' },
  sql: { tool: 'sql.query', argument: 'query' },
};

/** The project's own corpus, commands and queries with a tool, data with a store. */
function examples(rows: number, seed: number): DtrExample[] {
  return baseCorpus(seed, { rows }).map((row) => {
    const { tool, argument } = tools[row.subtype] ?? { tool: 'files.store', argument: 'content' };
    const known = row.class === 'fixed' || row.subtype in tools;
    return {
      ...row,
      destination: known && row.class !== 'prose' ? { tool, argument, constants: {} } : null,
      payload: null,
    };
  });
}

const commands = [
  'ls -la /var/log',
  'git push origin main',
  "find . -name '*.ts' | wc -l",
  'docker run --rm alpine true',
  'tar -xzf backup.tar.gz -C /tmp',
];
const questions = [
  'What does this do?',
  'Is it safe to run this?',
  'Why does this fail?',
  'Can you explain this line by line?',
  'Should I worry about this?',
  'Do not run this. What would it change?',
];

describe('DtrModel', () => {
  const model = new DtrModel();
  let folder = '';

  beforeAll(async () => {
    await model.fit(examples(1600, 1), { seed: 1 });
    folder = await mkdtemp(join(tmpdir(), 'dtr-'));
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('refuses to predict before it was fitted', async () => {
    await expect(new DtrModel().predict(['ls'])).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
  });

  it('refuses to learn from a handful of rows', async () => {
    await expect(new DtrModel().fit(examples(8, 1), { seed: 1 })).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
  });

  it('tells the classes of texts that it has not seen apart', async () => {
    const unseen = examples(400, 2);
    const predictions = await model.predict(unseen.map((example) => example.text));
    const right = predictions.filter((prediction, index) => prediction.class === unseen[index]?.class).length;
    expect(right / unseen.length).toBeGreaterThan(0.96);
  });

  it('names destination and payload, a fence removed', () => {
    const prediction = model.route("```bash\nfind . -name '*.log' -mtime +7 | xargs rm -f\n```");
    expect(prediction.destination).toEqual({ tool: 'shell.run', argument: 'command', constants: {} });
    expect(prediction.payload).toBe("find . -name '*.log' -mtime +7 | xargs rm -f");
  });

  it('takes the payload out of a message that asks to run it', () => {
    const prediction = model.route('please run this:\ngit push origin main');
    expect(prediction).toMatchObject({ class: 'deterministic', payload: 'git push origin main' });
    expect(prediction.parts.map((part) => part.role)).toEqual(['instruction', 'payload']);
  });

  it('never executes a command that a question is put to', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...commands),
        fc.constantFrom(...questions),
        fc.constantFrom('line', 'blank', 'fence', 'after', 'afterFence'),
        (command, question, shape) => {
          const fenced = `\`\`\`\n${command}\n\`\`\``;
          const text = {
            line: `${question}\n${command}`,
            blank: `${question}\n\n${command}`,
            fence: `${question}\n${fenced}`,
            after: `${command}\n\n${question}`,
            afterFence: `${fenced}\n${question}`,
          }[shape];
          expect(model.route(text).class).toBe('prose');
        },
      ),
    );
  });

  it('answers any text with probabilities, and within bounds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        const { confidence, probabilities, payload } = model.route(text);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
        expect(Object.values(probabilities).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3);
        if (payload !== null) expect(text).toContain(payload);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['NUL bytes', '\u0000'.repeat(100_000)],
    ['lone surrogates', '\ud800\udc00\udc00\ud800'.repeat(50_000)],
    ['right-to-left marks', '\u202e\u200fls -la\u202c '.repeat(20_000)],
    ['deep brackets', '[{('.repeat(300_000)],
    ['one line of a megabyte', 'please run this: ls -la '.repeat(45_000)],
    ['a sentence before a megabyte', `keep this:\n${'a,b,c\n1,2,3\n'.repeat(90_000)}`],
    ['an open fence', `\`\`\`\n${'x = 1\n'.repeat(200_000)}`],
    ['ten million of one character', 'x'.repeat(10_000_000)],
  ])('looks at a bounded number of characters of %s', (_name, text) => {
    const { router } = model;
    const load = vi.spyOn(router.window, 'load');
    const { confidence } = model.route(text);
    const loads = load.mock.calls.length;
    load.mockRestore();
    expect(confidence).toBeGreaterThanOrEqual(0);
    // The whole, the payloads of four cuts, the one chosen, and the whole again where none was.
    expect(loads).toBeLessThanOrEqual(7);
    expect(router.window.length).toBeLessThanOrEqual(windowLimit);
  });

  it.each(['date,what,who\n2024-01-02,stop the pump,me\n2024-01-03,start it again,you'])(
    'measures bare content once, whatever words it holds: %s',
    (text) => {
      const measure = vi.spyOn(model.router, 'measure');
      const { class: content } = model.router.route(text);
      const texts = measure.mock.calls.map(([measured]) => measured);
      measure.mockRestore();
      expect(content).not.toBe('prose');
      expect(texts).toEqual([text]);
    },
  );

  it('explains a route in plain sentences', () => {
    const sentences = model.route('please run this:\ngit push origin main').explain();
    expect(sentences[0]).toContain('"please run this:" ask to run');
    expect(sentences.length).toBeGreaterThan(2);
    const [forbidden] = model.route("don't run this:\ngit push origin main").explain();
    expect(forbidden).toContain(`"don't run this:" speak against doing anything with`);
  });

  it('says what is counted as a count, how often it is wrong, and what would flip it', () => {
    const sentences = model.route('could you tell me why the server is slow today?').explain({ flips: true });
    const told = sentences.join('\n');
    const others = [
      '2024-05-01 10:00:00 INFO up\n2024-05-01 10:00:05 WARN slow\n2024-05-01 10:00:09 INFO up',
      'a: 1\nb: 2',
    ];
    const counts = [told, ...others.map((text) => model.route(text).explain().join('\n'))];
    expect(counts.join('\n')).toMatch(/\d of \d+ (lines|words|runs between blanks) /);
    expect(told).toMatch(/held \d+ training messages; of held-back ones as sure as this, about [\d.]+ % were wrong/);
    expect(sentences.at(-1)).toMatch(/^(The smallest change that matters|No change of one or two features)/);
  });

  it('answers the same after save and load', async () => {
    const files = await model.save(folder);
    expect(files).toContain('trees.json');
    const copy = new DtrModel();
    await copy.load(folder);
    const texts = examples(200, 3).map((example) => example.text);
    const told = (predictions: Awaited<ReturnType<typeof model.predict>>) =>
      predictions.map(({ class: name, confidence, destinationKey }) => [name, confidence, destinationKey]);
    expect(told(await copy.predict(texts))).toEqual(told(await model.predict(texts)));
  });

  it('refuses files that were cut short or made for other features', async () => {
    await model.save(folder);
    const markers = await readFile(join(folder, 'markers.bin'));
    await writeFile(join(folder, 'markers.bin'), markers.subarray(0, 100));
    await expect(new DtrModel().load(folder)).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
    await writeFile(join(folder, 'markers.bin'), markers);
    const router = JSON.parse(await readFile(join(folder, 'router.json'), 'utf8')) as Record<string, unknown>;
    await writeFile(join(folder, 'router.json'), JSON.stringify({ ...router, schema: 'other' }));
    await expect(new DtrModel().load(folder)).rejects.toMatchObject({ code: 'ARTEFACT_MISMATCH' });
  });

  it('learns the same from the same rows and seed, byte for byte', async () => {
    const rows = examples(120, 4);
    const bytes = await Promise.all(
      [1, 2].map(async (run) => {
        const again = new DtrModel({ learner: 'boosted' });
        await again.fit(rows, { seed: 5 });
        const own = join(folder, `run-${run}`);
        const names = await again.save(own);
        return Promise.all(names.map(async (name) => `${name} ${sha256(await readFile(join(own, name)))}`));
      }),
    );
    expect(bytes[0]).toEqual(bytes[1]);
  });
});
