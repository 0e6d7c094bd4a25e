import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../../datasets/log/conversation-log.ts';
import { chatRecord } from '../../../datasets/sample/chat-record.ts';
import { sampleConversations } from '../../../datasets/sample/desk.ts';
import { run as runMain } from '../../../mads/grace/cli/main.ts';
import { createShell } from '../../../mads/grace/cli/shell.ts';
import { refusedLines } from '../../../mads/grace/cli/verbs/serve.ts';
import { Registry } from '../../../models/registry/registry.ts';
import { promoteSmallBundle } from '../../support/small-bundle.ts';
import type { Ran } from '../../support/command.ts';

const verbs = 'up import train evaluate report route serve models jobs doctor bench'.split(' ');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The command in this process: the same from its arguments to its last line. */
async function run(...argv: string[]): Promise<Ran> {
  let out = '';
  let error = '';
  const streams = {
    out: { write: (text: string) => (out += text) },
    error: { write: (text: string) => (error += text) },
  };
  const code = await runMain(argv, createShell(streams, { THOUGHT_ENGINE_DATA_DIR: join(folder, 'empty') }));
  return { code, out, error };
}

/** The one document that stands on stdout; throws where it is none, or more than one. */
const documentOf = <Shape>({ out }: Ran): Shape => JSON.parse(out) as Shape;
interface Failure {
  readonly error: { readonly code: string; readonly message: string };
}

describe('thought-engine --help', () => {
  it('lists every verb with what it is for', async () => {
    const { code, out, error } = await run('--help');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    for (const verb of verbs) expect(out).toMatch(new RegExp(`^  ${verb}\\b.{12,}`, 'm'));
    expect(out).toMatch(/To begin:\n  \$ thought-engine up .*\n[^]*Settings: flags beat the environment/);
  });

  it.each(verbs)('%s --help teaches the verb and exits 0', async (verb) => {
    const { code, out, error } = await run(verb, '--help');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toContain(`Usage: thought-engine ${verb}`);
    expect(out.length).toBeGreaterThan(200);
  });

  it.each(['models', 'processes', 'jobs', 'labels'])(
    '%s --help says what it is about, and each verb in a line',
    async (verb) => {
      const { out } = await run(verb, '--help');
      expect(out.split('\n\n')[1]).toMatch(/^(?!Options)[A-Z"].{60,}/s);
      const listed = out.split('Commands:\n')[1]?.split('\n\n')[0] ?? '';
      expect(listed.split('\n').every((line) => line.length <= 120)).toBe(true);
    },
  );

  it.each(['up', 'import', 'bench', 'models diff', 'labels next', 'processes'])(
    '%s --help breaks no line early',
    async (verb) => {
      const { out } = await run(...verb.split(' '), '--help');
      const [, text = ''] = out.split('\n\n');
      const lines = text.split('\n');
      // the first word of a line would not have fitted on the one before
      for (const [index, line] of lines.slice(1).entries())
        expect(`${lines[index]} ${line.split(' ')[0]}`.length).toBeGreaterThan(80);
    },
  );

  it('says its version', async () => {
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../../package.json'), 'utf8'));
    expect(await run('--version')).toEqual({ code: 0, out: `${version}\n`, error: '' });
  });
});

describe('bad use', () => {
  const cases: readonly (readonly [argv: string, says: RegExp])[] = [
    ['nonsense', /unknown command 'nonsense'/],
    ['route', /missing required argument 'text'/],
    ['route hi --nope', /unknown option '--nope'/],
    ['train --tier foo', /'foo' is invalid. Allowed choices are dtr, lppm, cet, all/],
    ['train --alpha 2', /alpha: .*<1/],
    ['serve --port 99999', /port: .*65535/],
    ['serve --host 0.0.0.0', /set a token/],
    ['serve --imperator llm', /needs llmBaseUrl and llmModel/],
    ['bench foo --train a --test b', /no bench "foo"/],
    ['bench traffic', /--train FILE/],
    ['import', /missing required argument 'path'/],
    ['import x --role --data-dir y', /--role needs a value, not "--data-dir"/],
    ['processes approve --all --min-support --min-fitness 1', /--min-support needs a value/],
  ];
  it.each(cases)('%s: exit code 2 and one clear line', async (argv, says) => {
    const { code, out, error } = await run(...argv.split(' '));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(says);
    expect(error).toMatch(/^(USAGE|CONFIG_INVALID): /);
    expect(error.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each(cases)('%s --json: one document that says the same', async (argv, says) => {
    const ran = await run(...argv.split(' '), '--json');
    expect(ran.code).toBe(2);
    const { error } = documentOf<Failure>(ran);
    expect(error.code).toMatch(/^(USAGE|CONFIG_INVALID)$/);
    expect(error.message).toMatch(says);
  });

  it('shows the verbs where none is given', async () => {
    const { code, error } = await run();
    expect(code).toBe(2);
    expect(error).toContain('Commands:');
  });
});

describe('an empty data folder', () => {
  it('is no failure where there is simply nothing to show yet', async () => {
    expect(await run('report')).toMatchObject({ code: 0, out: expect.stringContaining('import') });
    expect(documentOf(await run('report', '--json'))).toMatchObject({ prospects: [] });
    expect(documentOf(await run('models', 'list', '--json'))).toEqual([]);
  });

  it.each([
    ['route hi', 'MODEL_UNKNOWN', /import/],
    ['train', 'TOO_FEW_ROWS', /import/],
    ['evaluate', 'BAD_REQUEST', /thought-engine train/],
    ['evaluate --role pm', 'MODEL_MISSING', /thought-engine train --role pm/],
    ['jobs list', 'QUEUE_UNAVAILABLE', /thought-engine serve/],
    ['models rollback pm', 'NOTHING_TO_ROLL_BACK', /pm/],
    ['models show abc', 'NOT_FOUND', /models list/],
  ])('%s says what is missing: exit code 1, %s', async (argv, name, says) => {
    const { code, out, error } = await run(...argv.split(' '));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error.trimEnd().split('\n')).toHaveLength(1);
    expect(error).toMatch(says);
    const json = await run(...argv.split(' '), '--json');
    expect(json.code).toBe(1);
    expect(documentOf<Failure>(json).error).toMatchObject({ code: name, message: expect.stringMatching(says) });
  });

  it('tells a role that was never there from one that never had models', async () => {
    const dataDir = join(folder, 'served');
    const registry = await Registry.open(join(dataDir, 'models'));
    await promoteSmallBundle(registry);
    const { code, error } = await run('models', 'rollback', 'nobody', '--data-dir', dataDir);
    expect({ code, error }).toEqual({ code: 1, error: 'NOT_FOUND: no role named "nobody"; there are pm\n' });
    expect((await run('models', 'rollback', 'pm', '--data-dir', dataDir)).error).toMatch(
      /^NOTHING_TO_ROLL_BACK: role pm/,
    );
  });

  it('is told by the doctor which models are there, and what a server says that it does not follow', async () => {
    const dataDir = join(folder, 'examined');
    await writeFile(
      join(folder, 'examined.jsonl'),
      JSON.stringify({ role: 'pm', messages: [{ role: 'user', content: 'a' }] }),
    );
    await run('import', join(folder, 'examined.jsonl'), '--data-dir', dataDir);
    const bundle = await promoteSmallBundle(await Registry.open(join(dataDir, 'models')));
    const found = documentOf<{ what: string }[]>(await run('doctor', '--data-dir', dataDir, '--json'));
    expect(found).toContainEqual({ what: 'models', state: 'good', detail: `pm ${bundle.slice(0, 12)}` });
    await promoteSmallBundle(await Registry.open(join(dataDir, 'models')), { isOutdated: true });
    const after = documentOf<{ what: string }[]>(await run('doctor', '--data-dir', dataDir, '--json'));
    expect(after).toContainEqual({
      what: 'models',
      state: 'bad',
      detail: expect.stringMatching(/^those of pm do not load: .*made for another encoding .*train again/) as string,
    });
    expect(refusedLines({ models: { pm: 'train again' }, roles: { qa: 'roles/qa.json: no JSON' } })).toEqual([
      'the newest models of pm are refused: train again',
      'a role file is not followed: roles/qa.json: no JSON',
    ]);
    expect(refusedLines(undefined)).toEqual([]);
  });

  it('is told by the doctor, who makes nothing', async () => {
    const ran = await run('doctor', '--data-dir', join(folder, 'nowhere'), '--json');
    expect(ran.code).toBe(0);
    const findings = documentOf<{ what: string; state: string }[]>(ran);
    expect(findings.map(({ what }) => what)).toEqual([
      'runtime',
      'data folder',
      'server',
      'models',
      'roles',
      'LLM',
      'device',
    ]);
    expect(findings.filter(({ state }) => state === 'bad')).toEqual([]);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });
});

describe('forget', () => {
  it('reports what it removed, and the second time that there was nothing left to remove', async () => {
    const log = join(folder, 'forget.jsonl');
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ];
    await writeFile(log, JSON.stringify({ id: 'c1', role: 'pm', messages }));
    const dataDir = join(folder, 'forget');
    await run('import', log, '--data-dir', dataDir);
    const opened = await ConversationLog.open({ dataDir });
    await opened.snapshot({ role: 'pm', forTraining: true });
    await opened.close();
    const forget = async () => (await run('forget', 'c1', '--data-dir', dataDir)).out;
    expect(await forget()).toMatch(/^3 records of c1 removed, 1 snapshots emptied\n/);
    expect(await forget()).toMatch(/^c1 was forgotten before: nothing of it was left to remove\n/);
  });
});

describe('import', () => {
  it('keeps the good lines of a damaged file, names the bad one, and imports nothing twice', async () => {
    const records = sampleConversations(3, { conversations: 3 }).map((one) => JSON.stringify(chatRecord(one)));
    const [first, second, third] = records;
    await writeFile(join(folder, 'log.jsonl'), `${first}\n{"messages": [{"role": "user", \n${second}\n${third}\n`);
    const again = ['import', join(folder, 'log.jsonl'), '--data-dir', join(folder, 'damaged'), '--json'];
    const ran = await run(...again);
    expect(ran.code).toBe(1);
    const outcome = documentOf<{ messages: number }>(ran);
    expect(outcome).toMatchObject({
      conversations: 3,
      duplicates: 0,
      badLines: 1,
      bad: [{ file: expect.stringContaining('log.jsonl'), line: 2, reason: expect.stringMatching(/JSON/) }],
    });
    expect(documentOf(await run(...again))).toMatchObject({
      conversations: 0,
      messages: 0,
      duplicates: outcome.messages,
    });
    const words = await run(...again.slice(0, -1));
    expect(words.out).toMatch(/log\.jsonl:2: /);
  });

  it('says which role got the conversations that name none, and how to choose; the doctor says who is meant', async () => {
    const log = join(folder, 'roleless.jsonl');
    const record = (text: string, more: object): string =>
      JSON.stringify({
        messages: [
          { role: 'user', content: text },
          { role: 'assistant', content: 'ok' },
        ],
        ...more,
      });
    const dataDir = ['--data-dir', join(folder, 'roleless')];
    await writeFile(log, `${record('a', {})}\n${record('b', {})}\n`);
    const { out } = await run('import', log, ...dataDir);
    expect(out).toMatch(/they name no role and went to support-agent; .* fresh data folder with --role NAME/);
    await writeFile(log, `${record('c', {})}\n${record('d', { role: 'pm' })}\n`);
    const chosen = await run('import', log, ...dataDir, '--role', 'qa', '--json');
    expect(documentOf(chosen)).toMatchObject({ roles: { qa: 1, pm: 1 }, assumed: { role: 'qa', conversations: 1 } });
    await writeFile(log, `${record('e', { role: 'pm' })}\n`);
    expect((await run('import', log, ...dataDir)).out).not.toContain('no role');
    const doctor = async (...more: string[]) => {
      const ran = await run('doctor', ...dataDir, '--json', ...more);
      return documentOf<{ what: string; detail: string }[]>(ran).find(({ what }) => what === 'roles')?.detail;
    };
    expect(await doctor()).toMatch(/thought-engine means \w[\w-]* \(the first; the setting defaultRole chooses/);
    await mkdir(join(folder, 'roleless', 'roles'));
    await writeFile(join(folder, 'roleless', 'roles', 'pm.json'), '{"name": "pm", "tools": ["x"]}');
    expect(await doctor()).toMatch(/not followed: .*pm\.json: .*tools\.0/);
  });

  it('takes the setting for the role of logs that name none', async () => {
    const log = join(folder, 'meant.jsonl');
    await writeFile(log, JSON.stringify({ messages: [{ role: 'user', content: 'a' }] }));
    const out: string[] = [];
    const streams = { out: { write: (text: string) => out.push(text) }, error: { write: () => undefined } };
    const environment = { THOUGHT_ENGINE_DEFAULT_ROLE: 'qa', THOUGHT_ENGINE_DATA_DIR: join(folder, 'meant') };
    await runMain(['import', log, '--json'], createShell(streams, environment));
    expect(JSON.parse(out.join(''))).toMatchObject({ roles: { qa: 1 }, assumed: { role: 'qa', conversations: 1 } });
  });

  it.each([
    ['nowhere.jsonl', 'FILE_UNREADABLE'],
    ['package.json --format nope', 'FORMAT_UNKNOWN'],
  ])('of %s fails with %s', async (argv, name) => {
    await writeFile(join(folder, 'package.json'), '{}');
    const ran = await run('import', ...argv.replace(/^/, `${folder}/`).split(' '), '--json');
    expect(ran.code).toBe(1);
    expect(documentOf<Failure>(ran).error.code).toBe(name);
  });
});
