import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatRecord } from '../../datasets/sample/chat-record.ts';
import { sampleConversations } from '../../datasets/sample/desk.ts';
import { loadConfig } from '../../engine/core/config.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import { quietLogger } from '../../engine/core/logger.ts';
import { openEcosystem, type Ecosystem } from '../../mads/ecosystem.ts';
import { run } from '../../mads/grace/cli/main.ts';
import type { PolicyEstimates } from '../../mads/grace/cli/policy-estimate.ts';
import { createShell } from '../../mads/grace/cli/shell.ts';
import type { JobView } from '../../training/queue/queue.ts';
import { FakeLlm } from '../support/fake-llm.ts';

const role = 'ops-desk';
/** One of these is the message of this test: the first that the first models are sure of. */
const commands = [
  'docker logs --tail 200 checkout-worker',
  'tail -n 50 /var/log/syslog',
  'kubectl get pods -n payments',
  'df -h /var',
  'grep -c refused auth.log',
];

/** The command as it is typed, in this process. */
async function command(...argv: string[]): Promise<{ readonly code: number; readonly answer: unknown }> {
  let said = '';
  const streams = { out: { write: (piece: string) => (said += piece) }, error: { write: () => undefined } };
  const code = await run([...argv, '--json'], createShell(streams, {}));
  return { code, answer: JSON.parse(said) };
}

describe('the whole circle', () => {
  const conversations = sampleConversations(1, { conversations: 450 }).filter((one) => one.role === role);
  const tools = ((conversations[0] as Conversation).tools ?? []).map(({ name, parameters }) => ({
    type: 'function' as const,
    function: { name, parameters },
  }));
  let dataDir: string;
  let llm: FakeLlm;
  let ecosystem: Ecosystem;
  let url: string;
  let client: OpenAI;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'circle-'));
    // where root runs the tests, the database server runs as another user, who must reach its folder
    await chmod(dataDir, 0o755);
    llm = await FakeLlm.start();
    llm.script({ say: 'The LLM looks into it.' });
  });
  afterAll(async () => {
    await ecosystem?.close();
    await llm?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  let text = commands[0] ?? '';
  const ask = async (conversation: string, content = text) => {
    const { data, response } = await client.chat.completions
      .create({
        model: role,
        messages: [{ role: 'user', content }],
        tools,
        metadata: { conversation_id: conversation },
      })
      .withResponse();
    const [choice] = data.choices;
    const call = choice?.message.tool_calls?.[0];
    return {
      tier: response.headers.get('x-thought-engine-tier'),
      decision: response.headers.get('x-decision-id') ?? '',
      content: choice?.message.content ?? null,
      call: call?.type === 'function' ? [call.function.name, JSON.parse(call.function.arguments)] : null,
    };
  };
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const train = async (): Promise<JobView> => {
    const [asked] = (await post('/api/train', { role, tiers: ['dtr'], reason: 'circle' })) as JobView[];
    const id = asked?.id ?? '';
    const state = async () => ((await post('/api/job', { id })) as JobView).state;
    await expect.poll(state, { timeout: 200_000, interval: 250 }).toMatch(/completed|failed/);
    const job = (await post('/api/job', { id })) as JobView;
    expect(job, job.result?.reasons.join('; ')).toMatchObject({
      state: 'completed',
      error: null,
      result: { promoted: true },
    });
    return job;
  };
  /** The server notices a moved pointer by itself. */
  const serves = (bundle: string) =>
    expect
      .poll(
        async () => ((await (await fetch(`${url}/healthz`)).json()) as { models?: Record<string, string> }).models,
        {
          timeout: 10_000,
        },
      )
      .toMatchObject({ [role]: bundle });
  const corrected = 'circle-1';
  /** Another that they are sure of. */
  let other = '';
  let first: Awaited<ReturnType<typeof ask>>;
  let firstBundle = '';

  it('imports a log, and knows it when it comes again', async () => {
    const log = join(dataDir, 'ops.jsonl');
    const lines = conversations.map((one) => JSON.stringify(chatRecord(one)));
    await writeFile(log, `${lines.join('\n')}\n`);
    expect(await command('import', log, '--data-dir', dataDir)).toMatchObject({
      code: 0,
      answer: { conversations: conversations.length, duplicates: 0, badLines: 0 },
    });
    expect((await command('import', log, '--data-dir', dataDir)).answer).toMatchObject({ conversations: 0 });
  });

  it('leaves everything to the LLM as long as nothing was trained', async () => {
    // a small log proves little: with the usual 5 % hardly anything would be certified
    // and nothing happens here that was not asked for
    const byHand = { learn: false, explore: 0 };
    const address = { llmBaseUrl: llm.url, llmModel: 'fake-1' };
    const config = loadConfig({ dataDir, port: 0, alpha: 0.1, ...byHand, ...address }, {}, 'none');
    ecosystem = await openEcosystem(config, { logger: quietLogger, withQueue: true, withWorker: true });
    ({ url } = await ecosystem.listen());
    client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    expect(await ask('circle-0', 'Why is the sky blue?')).toMatchObject({
      tier: 'imperator',
      content: 'The LLM looks into it.',
      call: null,
    });
  });

  it('trains through the queue and takes the first models into service', async () => {
    const job = await train();
    firstBundle = job.result?.bundle ?? '';
    await serves(firstBundle);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('settles a message without the LLM, and the row of that decision is in the log', async () => {
    const names = tools.map((tool) => tool.function);
    const routes = await Promise.all(commands.map((one) => post('/v1/route', { text: one, tools: names })));
    const sure = commands.filter((_, index) => (routes[index] as { tier: string }).tier === 'dtr');
    expect(sure.length).toBeGreaterThan(1);
    [text = '', other = ''] = sure;
    llm.seen.length = 0;
    first = await ask(corrected);
    expect(first).toMatchObject({ tier: 'dtr', call: ['shell.run', { command: text }] });
    expect(llm.seen).toHaveLength(0);
    const rows = (await post('/api/decisions', { conversation: corrected })) as Record<string, unknown>[];
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ id: first.decision, tier: 'dtr', settled: true, role });
    expect(rows[0]?.['model']).toMatch(/^[0-9a-f]{64}$/);
    const { confidence, threshold } = rows[0] as { confidence: number; threshold: number };
    expect(confidence).toBeGreaterThanOrEqual(threshold);
  });

  it('heeds a word of a person at once: the same message goes to the LLM', async () => {
    await post('/v1/feedback', { decision_id: first.decision, correct: false, note: 'ask before reading logs' });
    let asked = 0;
    const tierOf = async () => (await ask(`circle-heeded-${(asked += 1)}`)).tier;
    // each look is one more message in the log, which the next training learns from
    await expect.poll(tierOf, { timeout: 10_000, interval: 1000 }).toBe('imperator');
    expect(await ask('circle-2a', other)).toMatchObject({ tier: 'dtr' });
    const rows = await ecosystem.log.decisions({ conversation: `circle-heeded-${asked}`, tier: 'dtr' });
    expect(rows[0]?.reason).toBe('a person called this answer to these words wrong');
  });

  it('learns a correction: the next models take another way by themselves', async () => {
    const job = await train();
    expect(job.result?.reasons).toContain('1 messages that people corrected are mended');
    await serves(job.result?.bundle ?? '');
    expect(await ask('circle-2')).toMatchObject({ tier: 'imperator', content: 'The LLM looks into it.', call: null });
    expect(await ask('circle-2b', other)).toMatchObject({ tier: 'dtr' });
  });

  it('goes back to the first answer when the models are rolled back', async () => {
    expect(await command('models', 'rollback', role, '--data-dir', dataDir)).toMatchObject({
      code: 0,
      answer: { id: firstBundle },
    });
    await serves(firstBundle);
    // what was said of it holds whichever models serve, until it is taken back
    expect(await ask('circle-3')).toMatchObject({ tier: 'imperator' });
    await post('/v1/feedback', { decision_id: first.decision, correct: true });
    let asked = 0;
    const answer = async () => ask(`circle-back-${(asked += 1)}`);
    await expect.poll(async () => (await answer()).tier, { timeout: 5000, interval: 100 }).toBe('dtr');
    expect((await answer()).call).toEqual(first.call);
  });

  it('says of a bundle how it would have done on the traffic since, or that nobody can tell', async () => {
    const { code, answer } = await command('models', 'estimate', firstBundle, firstBundle, '--data-dir', dataDir);
    const { estimates, difference } = answer as PolicyEstimates;
    expect(code).toBe(0);
    expect(estimates[0]?.estimate).toMatchObject({
      snips: null,
      doubt: expect.stringMatching(/^cannot tell: the log says as much as \d+ rows would, 400 are needed$/),
    });
    expect(estimates[0]?.estimate.settled).toBeGreaterThan(3);
    expect(estimates[0]?.estimate.seen).toBeLessThan(estimates[0]?.estimate.messages ?? 0);
    expect(difference).toMatchObject({ difference: null });
  });
});
