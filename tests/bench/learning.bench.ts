/**
 * What learning costs while a server serves, and how soon it shows. A real server of the sample desk, its worker, its
 * embedded queue, a stand-in for the LLM.
 *
 * Beside training: evenly spaced requests settled by the tree router and by the process mapper, in turns without and with a
 * training of all tiers under way, at two priorities; all in the same minutes. From a correction to a changed answer: a word on one answer
 * over HTTP until the same words get another answer; then whether models trained at once take over.
 *
 * node tests/bench/learning.bench.ts [--rounds 4] [--seconds 8] [--rate 50] [--corrections 3] [--data-dir D]
 */
import { chmodSync, cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { loadavg, setPriority, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sampleConversations } from '../../datasets/sample/desk.ts';
import { toolCallsOf } from '../../engine/core/message.ts';
import type { JobView } from '../../training/queue/queue.ts';
import { FakeLlm } from '../support/fake-llm.ts';
import { startServer, type Served } from './load/command.ts';
import { familyOf } from './load/process-memory.ts';
import { quantilesOf, rounded } from './load/quantiles.ts';
import { chatBody, findRequests, prepareDesk } from './load/sample-desk.ts';
import { sendLoad } from './load/send.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '8' },
    rate: { type: 'string', default: '50' },
    corrections: { type: 'string', default: '3' },
    'data-dir': { type: 'string' },
  },
});
const [rounds, seconds, perSecond] = [Number(values.rounds), Number(values.seconds), Number(values.rate)];
const role = 'ops-desk';
/** An answer that is the same by then counts as unchanged. */
const longestMs = 60_000;

/** Priorities at which the training is made to run, in turns; null: none runs. */
const priorities = [null, 19, 10] as const;

const made = mkdtempSync(join(tmpdir(), 'learning-bench-'));
chmodSync(made, 0o755);
const dataDir = join(made, 'served');
const trained = resolve(values['data-dir'] ?? join(made, 'trained'));
const llm = await FakeLlm.start();
const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  say('preparing a trained desk');
  // commands within the usual budget, and processes that settle whatever they can
  await prepareDesk(trained, { 'ops-desk': 0.1 });
  cpSync(trained, dataDir, { recursive: true });
  const server = await startServer(dataDir, {
    args: ['--no-learn'],
    environment: {
      THOUGHT_ENGINE_LLM_BASE_URL: llm.url,
      THOUGHT_ENGINE_LLM_MODEL: 'fake-1',
      THOUGHT_ENGINE_ALPHA: '0.1',
      // nothing goes up only to be seen
      THOUGHT_ENGINE_EXPLORE: '0',
      THOUGHT_ENGINE_MINE_EVERY_HOURS: '0',
    },
  });
  try {
    llm.script({ say: 'The LLM looks into it.' });
    const corrections = await correctAll(server, Number(values.corrections));
    const beside = rounds === 0 ? {} : await besideTraining(server);
    const document = {
      subject: 'learning',
      loadAverage: loadavg()[0],
      perSecond,
      seconds,
      rounds,
      corrections,
      beside,
    };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } finally {
    await server.stop();
  }
} finally {
  await llm.stop();
  rmSync(made, { recursive: true, force: true });
}

async function besideTraining(server: Served): Promise<object> {
  const { dtr, lppm } = await findRequests(server.url);
  const latencies: Record<string, number[]> = {};
  let failed = 0;
  const load = async (name: string, bodies: readonly string[], prefix: string): Promise<void> => {
    const answer = await sendLoad({ url: server.url, bodies, mode: 'rate', perSecond, seconds, prefix });
    latencies[name] = [...(latencies[name] ?? []), ...answer.latenciesMs];
    failed += answer.failed;
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const [tier, bodies] of Object.entries({ dtr, lppm })) {
      for (const priority of priorities) {
        const name = nameOf(tier, priority);
        if (priority === null) {
          await load(name, bodies, `${name} ${round}`);
          continue;
        }
        const [job] = await post<JobView[]>(server, '/api/train', { role: 'support-agent', reason: `round ${round}` });
        const id = job?.id ?? '';
        while ((await look(server, id)).progress === null) await wait(100);
        await wait(3000); // past the reading of the snapshot
        reprioritise(server.pid, priority);
        await load(name, bodies, `${name} ${round}`);
        const { state } = await look(server, id);
        if (state !== 'active') say(`the training was ${state} before the requests were`);
        await post(server, '/api/cancel', { id });
        while ((await look(server, id)).state === 'active') await wait(100);
        await wait(2000);
      }
    }
    say(`round ${round + 1} of ${rounds}`);
  }
  const figures = Object.fromEntries(
    Object.entries(latencies).map(([name, own]) => [name, { n: own.length, ...quantilesOf(own) }]),
  );
  const ratio = (name: string, than: string, of: 'p50' | 'p95' | 'p99'): number =>
    rounded((figures[name]?.[of] ?? NaN) / (figures[than]?.[of] ?? NaN), 2);
  const ratios = Object.fromEntries(
    ['dtr', 'lppm'].flatMap((tier) =>
      priorities.slice(1).map((priority) => {
        const [name, than] = [nameOf(tier, priority), nameOf(tier, null)];
        return [name, { p50: ratio(name, than, 'p50'), p95: ratio(name, than, 'p95'), p99: ratio(name, than, 'p99') }];
      }),
    ),
  );
  return { figures, ratios, failed };
}

function nameOf(tier: string, priority: number | null): string {
  return `${tier}, ${priority === null ? 'no training' : `beside training at ${priority}`}`;
}

/** Gives every thread of the training process another priority; threads that it starts later inherit that. */
function reprioritise(server: number, priority: number): void {
  for (const pid of familyOf(server)) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('retrain-child')) continue;
      for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), priority);
    } catch {
      // it ended meanwhile
    }
  }
}

/** Says of so many commands that were executed that they were settled wrongly, one after the other. */
async function correctAll(server: Served, count: number): Promise<object[]> {
  const found: object[] = [];
  for (const conversation of sampleConversations(78, { conversations: 200 })) {
    if (found.length >= count) break;
    const [, answer] = conversation.messages;
    const isCommand = answer !== undefined && toolCallsOf(answer)[0]?.name === 'shell.run';
    if (conversation.role !== role || !isCommand) continue;
    let asked = 0;
    const ask = async () => {
      asked += 1;
      const got = await fetch(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: chatBody(conversation.messages, 0, { model: role, conversation: `${conversation.id}-${asked}` }),
      });
      await got.arrayBuffer();
      const { headers } = got;
      return { tier: headers.get('x-thought-engine-tier'), decision: headers.get('x-decision-id') ?? '' };
    };
    const before = await ask();
    if (before.tier !== 'dtr') continue;
    const started = performance.now();
    const passed = (): number => rounded((performance.now() - started) / 1000, 2);
    await post(server, '/v1/feedback', { decision_id: before.decision, correct: false });
    const keptAfter = passed();
    let changedAfter: number | null = null;
    while (changedAfter === null && performance.now() - started < longestMs) {
      if ((await ask()).tier !== 'dtr') changedAfter = passed();
      else await wait(20);
    }
    const [job] = await post<JobView[]>(server, '/api/train', { role, reason: 'correction' });
    const id = job?.id ?? '';
    while (!/completed|failed/.test((await look(server, id)).state)) await wait(200);
    const view = await look(server, id);
    const trainedFor = rounded(((view.finishedAt ?? NaN) - (view.startedAt ?? NaN)) / 1000, 2);
    const { promoted = null, reasons = [] } = view.result ?? {};
    const one = { keptAfter, changedAfter, trainedFor, promoted, why: reasons.at(-1) ?? null };
    say(JSON.stringify(one));
    found.push(one);
  }
  return found;
}

function look(server: Served, id: string): Promise<JobView> {
  return post(server, '/api/job', { id });
}

async function post<Answer>(server: Served, path: string, body: unknown): Promise<Answer> {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}
