import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatRecord } from '../../datasets/sample/chat-record.ts';
import { sampleConversations } from '../../datasets/sample/desk.ts';
import type { RouteAnswer } from '../../mads/grace/gateway/native-routes.ts';
import type { JobView } from '../../training/queue/queue.ts';
import { runCommand, startCommand } from '../support/command.ts';
import { refund } from '../support/mined.ts';
import { hasRedis, startRedis } from '../support/redis-server.ts';

const role = 'ops-desk';
const command = 'docker logs --tail 200 checkout-worker';
/** What one server does is done by the other within this time. */
const seconds = { timeout: 5000, interval: 50 };
const training = { timeout: 200_000, interval: 100 };

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
}

describe.skipIf(!hasRedis)('two servers with one Redis and one shared folder (needs redis-server)', () => {
  const conversations = sampleConversations(1, { conversations: 300 });
  const tools = conversations.find((one) => one.role === role)?.tools ?? [];
  let folder: string;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let one: Server;
  let two: Server;

  const environment = (name: string): Record<string, string> => ({
    THOUGHT_ENGINE_DATA_DIR: join(folder, name),
    THOUGHT_ENGINE_SHARED_DIR: join(folder, 'shared'),
    THOUGHT_ENGINE_QUEUE_URL: redis.url,
    // a small log proves little
    THOUGHT_ENGINE_ALPHA: '0.1',
    THOUGHT_ENGINE_MINE_EVERY_HOURS: '0',
  });
  const start = async (name: string): Promise<Server> => {
    const argv = ['serve', '--port', '0', '--no-learn', '--imperator', 'none', '--json'];
    const child = startCommand(folder, argv, environment(name));
    let said = '';
    child.stdout?.on('data', (piece: Buffer) => (said += piece.toString()));
    for (let waits = 0; !said.trimEnd().endsWith('}') && waits < 600; waits += 1) await pause(100);
    return { child, ...(JSON.parse(said) as { url: string }) };
  };
  const post = async <Answer>({ url }: Server, path: string, body: unknown): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as Answer;
  };
  const models = async ({ url }: Server): Promise<Readonly<Record<string, string>>> =>
    ((await (await fetch(`${url}/healthz`)).json()) as { models: Record<string, string> }).models;
  const bundleOf = async (server: Server): Promise<string> => (await models(server))[role] ?? '';
  const route = (server: Server): Promise<RouteAnswer> => post(server, '/v1/route', { text: command, role, tools });
  const ended = async (server: Server, jobs: readonly JobView[]): Promise<JobView[]> => {
    const views: JobView[] = [];
    for (const { id } of jobs) {
      const look = () => post<JobView>(server, '/api/job', { id });
      await expect.poll(async () => (await look()).state, training).toMatch(/completed|failed/);
      views.push(await look());
    }
    return views;
  };
  let first = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'two-servers-'));
    redis = await startRedis();
    const log = join(folder, 'log.jsonl');
    await writeFile(log, conversations.map((talk) => `${JSON.stringify(chatRecord(talk))}\n`).join(''));
    const imported = await runCommand(folder, ['import', log, '--json'], { environment: environment('one') });
    expect(imported).toMatchObject({ code: 0 });
    [one, two] = await Promise.all([start('one'), start('two')]);
  });
  afterAll(async () => {
    for (const server of [one, two]) {
      if (server === undefined) continue;
      server.child.kill('SIGTERM');
      await once(server.child, 'exit');
    }
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('serve a bundle that was trained from the log of one, at once and both', async () => {
    expect(await models(two)).toEqual({});
    const jobs = await post<JobView[]>(one, '/api/train', { role, tiers: ['dtr'] });
    // any server knows of the job, and the worker of any may do it
    const [job] = await ended(two, jobs);
    expect(job, job?.result?.reasons.join('; ')).toMatchObject({ state: 'completed', result: { promoted: true } });
    first = job?.result?.bundle ?? '';
    await expect.poll(() => bundleOf(two), seconds).toBe(first);
    await expect.poll(() => bundleOf(one), seconds).toBe(first);
    const [here, there] = [await route(one), await route(two)];
    expect(there).toMatchObject({ tier: here.tier, outcome: here.outcome, model: here.model });
    expect(here.visits[0]?.tier).toBe('dtr');
  });

  it('let one trainer at a time work for a role, whoever asked', async () => {
    const asked = await Promise.all([
      post<JobView[]>(one, '/api/train', { role, tiers: ['dtr'], alpha: 0.2 }),
      post<JobView[]>(one, '/api/train', { role, tiers: ['dtr'], alpha: 0.3 }),
    ]);
    const jobs = asked.flat();
    const views = await ended(two, jobs);
    // nobody was overtaken, and no time lost on what could not be promoted
    expect(views.map(({ state, error, attempts }) => ({ state, error, attempts }))).toEqual(
      jobs.map(() => ({ state: 'completed', error: null, attempts: 1 })),
    );
    const [earlier, later] = views.toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
    expect(later?.startedAt ?? 0).toBeGreaterThanOrEqual(earlier?.finishedAt ?? Number.POSITIVE_INFINITY);
  });

  it('follow a promotion and a roll-back of the other within seconds', async () => {
    const listed = await runCommand(folder, ['models', 'list', '--json'], { environment: environment('two') });
    const [of] = (JSON.parse(listed.out) as { role: string; current: string; bundles: { id: string }[] }[]).filter(
      (found) => found.role === role,
    );
    const before = of?.current ?? '';
    const other = of?.bundles.find(({ id }) => id !== before)?.id ?? '';
    await runCommand(folder, ['models', 'promote', other, '--json'], { environment: environment('one') });
    await expect.poll(() => bundleOf(two), seconds).toBe(other);
    await expect.poll(() => bundleOf(one), seconds).toBe(other);
    await post(two, '/api/rollback', { role });
    await expect.poll(() => bundleOf(one), seconds).toBe(before);
    expect((await route(one)).model).toBe((await route(two)).model);
  });

  it('do not do again what a person called wrong at the other', async () => {
    const text = 'git status --short';
    const does = async (server: Server, of = text): Promise<string> =>
      (await post<RouteAnswer>(server, '/v1/route', { text: of, role, tools })).tier;
    expect([await does(one), await does(two)]).toEqual(['dtr', 'dtr']);
    const offered = tools.map(({ name, parameters }) => ({ type: 'function', function: { name, parameters } }));
    const answer = await fetch(`${two.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: role, messages: [{ role: 'user', content: text }], tools: offered }),
    });
    expect(answer.ok, await answer.clone().text()).toBe(true);
    const decision_id = answer.headers.get('x-decision-id') ?? '';
    await post(two, '/v1/feedback', { decision_id, correct: false });
    await expect.poll(() => does(one), seconds).toBe('imperator');
    expect(await does(one, command)).toBe('dtr');
    const told = await readdir(join(folder, 'shared', 'doubts'));
    expect(told).toHaveLength(2);
    for (const name of told) {
      expect(await readFile(join(folder, 'shared', 'doubts', name), 'utf8')).not.toContain('status');
    }
    // the word is taken back
    await post(two, '/v1/feedback', { decision_id, correct: true });
    await expect.poll(() => does(one), seconds).toBe('dtr');
  });

  it('share roles and the processes that a person approved', async () => {
    const name = 'night-desk';
    const simulated = ['orders.find', 'orders.refund'].map((tool) => ({ name: tool, simulated: true }));
    await post(two, '/api/role', { name, tools: simulated });
    const names = async ({ url }: Server): Promise<string[]> =>
      ((await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }).data.map(({ id }) => id);
    await expect.poll(() => names(one), seconds).toContain(name);
    await post(two, '/api/editProcess', { role: name, name: refund.name, text: JSON.stringify(refund) });
    await post(two, '/api/approveProcess', { role: name, name: refund.name });
    const listed = await post<readonly { name: string; state: string }[]>(one, '/api/processes', { role: name });
    expect(listed).toMatchObject([{ name: refund.name, state: 'approved' }]);
  });

  it('keep journals of their own, and one folder of models', async () => {
    const own = async (name: string) => (await readdir(join(folder, name, 'models', 'artefacts'))).toSorted();
    expect(await own('one')).toEqual(await own('two'));
    expect(await readdir(join(folder, 'shared'))).toEqual(
      expect.arrayContaining(['doubts', 'models', 'processes', 'roles', 'sealed', 'snapshots']),
    );
    expect(await readdir(join(folder, 'shared'))).not.toContain('journal');
  });
});
