import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatRecord } from '../../datasets/sample/chat-record.ts';
import { sampleConversations } from '../../datasets/sample/desk.ts';
import { runCommand, startCommand, type Ran } from '../support/command.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-'));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...argv: string[]): Promise<Ran> => runCommand(folder, argv);
/** The one document that stands on stdout; throws where it is none, or more than one. */
const documentOf = <Shape>({ out }: Ran): Shape => JSON.parse(out) as Shape;
interface Failure {
  readonly error: { readonly code: string; readonly message: string };
}

describe('thought-engine', () => {
  it('teaches on --help, on stdout, and nothing on stderr', async () => {
    const { code, out, error } = await run('--help');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toMatch(/^Usage: thought-engine /);
  });

  it('answers bad use with exit code 2 and one line on stderr, or one document', async () => {
    expect(await run('route', 'hi', '--nope')).toEqual({
      code: 2,
      out: '',
      error: expect.stringMatching(/^USAGE: unknown option '--nope'[^\n]*\n$/),
    });
    const json = await run('nonsense', '--json');
    expect(json.code).toBe(2);
    expect(documentOf<Failure>(json).error.code).toBe('USAGE');
  });

  it('answers failure with exit code 1', async () => {
    expect(await run('train')).toEqual({ code: 1, out: '', error: expect.stringMatching(/^TOO_FEW_ROWS: [^\n]*\n$/) });
  });

  it('refuses an API key in the configuration file', async () => {
    const own = await mkdtemp(join(tmpdir(), 'command-key-'));
    await writeFile(join(own, 'thought-engine.json'), JSON.stringify({ llmApiKey: 'sk-secret' }));
    const { code, out, error } = await runCommand(own, ['report']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(/THOUGHT_ENGINE_LLM_API_KEY/);
    expect(error).not.toContain('sk-secret');
  });
});

describe('a small desk from log to service', () => {
  const at = (...argv: string[]): Promise<Ran> => run(...argv, '--data-dir', 'desk', '--json');

  beforeAll(async () => {
    const desk = sampleConversations(2, { conversations: 60 }).filter((one) => one.role === 'ops-desk');
    const marked = desk.map((one, index) => ({ ...one, split: index % 6 === 0 ? ('test' as const) : null }));
    await writeFile(join(folder, 'desk.jsonl'), marked.map((one) => `${JSON.stringify(chatRecord(one))}\n`).join(''));
    expect(await at('import', 'desk.jsonl')).toMatchObject({ code: 0 });
    const trained = await at('train', '--tier', 'dtr');
    expect(trained.error).toBe('');
    expect(documentOf(trained)).toMatchObject([{ role: 'ops-desk', error: null, result: { promoted: true } }]);
  });

  it('is shown by report, models, doctor and evaluate', async () => {
    expect(documentOf(await at('report'))).toMatchObject({ prospects: [{ role: 'ops-desk' }] });
    const [listed] = documentOf<{ current: string; bundles: { id: string }[] }[]>(await at('models', 'list'));
    expect(listed?.bundles.map(({ id }) => id)).toEqual([listed?.current]);
    const shown = await at('models', 'show', listed?.current.slice(0, 12) ?? '');
    expect(documentOf(shown)).toMatchObject({ id: listed?.current, role: 'ops-desk' });
    expect(documentOf(await at('models', 'diff', listed?.current ?? '', listed?.current ?? ''))).toEqual({
      differences: [],
      routes: null,
    });
    expect(documentOf(await at('doctor'))).toContainEqual(expect.objectContaining({ what: 'models', state: 'good' }));
    expect(documentOf(await at('evaluate'))).toMatchObject([
      { role: 'ops-desk', levels: { V2: { settled: 0 }, V3: { turns: expect.any(Number) } } },
    ]);
  });

  it('says off a terminal when long work begins and ends, and nothing else', async () => {
    const { code, out, error } = await run('processes', 'mine', '--data-dir', 'desk');
    expect(code).toBe(0);
    expect(error).toMatch(
      /^looking for processes of ops-desk: begins\nlooking for processes of ops-desk: done in \d+\.\d s\n$/,
    );
    expect(out).toMatch(/^ops-desk: /);
  });

  it('routes a message from an argument or from standard input', async () => {
    const answer = { role: 'ops-desk', visits: [{ tier: 'dtr', label: 'prose' }, { tier: 'cet' }] };
    const text = 'What would you cook for eleven guests?';
    expect(documentOf(await at('route', text))).toMatchObject(answer);
    const piped = await runCommand(folder, ['route', '-', '--data-dir', 'desk', '--json'], { input: text });
    expect(documentOf(piped)).toMatchObject(answer);
    const unknown = await at('route', text, '--role', 'nobody');
    expect(documentOf<Failure>(unknown).error).toMatchObject({ code: 'MODEL_UNKNOWN' });
  });

  it('serves until SIGTERM, answers other verbs meanwhile, and leaves the folder free', async () => {
    const server = startCommand(folder, ['serve', '--port', '0', '--data-dir', 'desk', '--json']);
    let said = '';
    server.stdout?.on('data', (piece: Buffer) => (said += piece.toString()));
    const ended = once(server, 'exit') as Promise<[number | null, string | null]>;
    const { signal } = new AbortController();
    for (let waits = 0; !said.trimEnd().endsWith('}') && waits < 600; waits += 1)
      await pause(100, undefined, { signal });
    const { url, pid, ready } = JSON.parse(said) as { url: string; pid: number; ready: boolean };
    expect({ pid, ready }).toEqual({ pid: server.pid, ready: true });

    expect(documentOf(await at('doctor'))).toContainEqual(expect.objectContaining({ what: 'server', state: 'good' }));
    expect(documentOf(await at('report'))).toMatchObject({ prospects: [{ role: 'ops-desk' }] });
    expect(documentOf(await at('route', 'hello there'))).toMatchObject({ role: 'ops-desk' });
    expect(documentOf(await at('jobs', 'list'))).toEqual([]);
    expect(documentOf(await at('import', 'desk.jsonl'))).toMatchObject({ conversations: 0 });
    expect(documentOf<Failure>(await at('jobs', 'show', 'none')).error.code).toBe('JOB_NOT_FOUND');
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'thought-engine', messages: [{ role: 'user', content: 'Why is the sky blue?' }] }),
    });
    expect(await answer.json()).toMatchObject({ error: { code: 'IMPERATOR_UNAVAILABLE' } });

    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(JSON.parse(said)).toMatchObject({ url });
    expect(existsSync(join(folder, 'desk/owner.json'))).toBe(false);
    expect(documentOf(await at('report'))).toMatchObject({ served: { savings: { messages: 1 } } });
  });

  it('is told apart from a folder that another process holds', async () => {
    const server = startCommand(folder, ['serve', '--port', '0', '--data-dir', 'desk']);
    await once(server.stdout as NodeJS.ReadableStream, 'data');
    const second = await run('serve', '--port', '0', '--data-dir', 'desk', '--json');
    expect(second.code).toBe(1);
    expect(documentOf<Failure>(second).error).toMatchObject({
      code: 'LOG_LOCKED',
      message: expect.stringContaining(String(server.pid)),
    });
    const ended = once(server, 'exit');
    server.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });
});
