/**
 * What the engine adds to an HTTP request: a message settled by the tree router (executed by a simulated tool) and turns
 * settled by the process mapper, beside fastify's empty handler with the same bodies in the same minutes. Server, empty
 * server and sender are processes of their own. Prints a table on stderr and one JSON document on stdout.
 *
 * node tests/bench/http-overhead.bench.ts [--seconds 6] [--rounds 3] [--data-dir D] [--only WORD]... [--profile FOLDER]
 *
 * Rounds alternate between the servers, so that a busy machine troubles all alike. `--data-dir` keeps the trained desk for
 * the next run (a copy of it serves), `--only` takes the cases whose name holds the word. `--profile` writes processor profiles of the server; figures of such a run are too slow.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../../mads/grace/cli/terminal.ts';
import { FakeLlm } from '../support/fake-llm.ts';
import { startScript, startServer, type Served } from './load/command.ts';
import type { LoadAnswer, LoadOrder } from './load/load.ts';
import { figuresOf } from './load/process-memory.ts';
import { quantilesOf, rounded, type Quantiles } from './load/quantiles.ts';
import { findRequests, prepareDesk } from './load/sample-desk.ts';
import { sendLoad } from './load/send.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
    'data-dir': { type: 'string' },
    profile: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const perSecond = 200;
const streams = 150;

interface Case {
  readonly name: string;
  readonly mode: LoadOrder['mode'];
  readonly streams: number;
}
const allCases: readonly Case[] = [
  { name: 'one at a time', mode: 'one', streams: 0 },
  { name: `${perSecond}/s`, mode: 'rate', streams: 0 },
  { name: `${perSecond}/s beside ${streams} streams`, mode: 'rate', streams },
  { name: 'ten at a time, as fast as it goes', mode: 'most', streams: 0 },
];

const cases = allCases.filter(({ name }) => values.only?.some((word) => name.includes(word)) ?? true);

interface Measured {
  readonly latencyMs: Quantiles;
  readonly perSecond: number;
  readonly cpuMsPerRequest: number;
  readonly failed: number;
  readonly tiers: Readonly<Record<string, number>>;
}

const made = mkdtempSync(join(tmpdir(), 'thought-engine-http-'));
const dataDir = join(made, 'served');
const trained = values['data-dir'] ?? join(made, 'trained');
const llm = await FakeLlm.start();
const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  say('preparing a trained desk');
  await prepareDesk(trained);
  cpSync(trained, dataDir, { recursive: true });
  const profiling = values.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', values.profile];
  const server = await startServer(dataDir, {
    nodeArgs: profiling,
    environment: { THOUGHT_ENGINE_LLM_BASE_URL: llm.url, THOUGHT_ENGINE_LLM_MODEL: 'fake-1' },
  });
  const empty = await startScript(fileURLToPath(new URL('./load/empty-server.ts', import.meta.url)), []);
  const results: Record<string, unknown> = {};
  try {
    llm.script({ say: 'passed on' });
    const requests = await findRequests(server.url);
    await wait(2000); // the queue and the worker finish starting
    const before = figuresOf(server.pid);
    const targets = {
      empty: { server: empty, bodies: requests.lppm },
      dtr: { server, bodies: requests.dtr },
      lppm: { server, bodies: requests.lppm },
    };
    for (const one of cases) {
      say(`${one.name}: ${rounds} rounds of ${seconds} s for each of 3`);
      const stop = one.streams === 0 ? null : await openStreams(server, requests.passed, one.streams);
      const measured = await measure(one, targets);
      const open = stop === null ? 0 : stop();
      results[one.name] = { ...withOverhead(measured), ...(stop === null ? {} : { streamsStillOpen: open }) };
      say(tableOf(measured));
    }
    await wait(3000);
    const after = figuresOf(server.pid);
    const document = {
      subject: 'http-overhead',
      loadAverage: loadavg()[0],
      turnsOfLppm: requests.lppm.length,
      results,
      server: { rssMb: { before: before.rssMb, after: after.rssMb, peak: after.peakRssMb } },
    };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } finally {
    await server.stop();
    await empty.stop();
  }
} finally {
  await llm.stop();
  rmSync(made, { recursive: true, force: true });
}

async function measure(
  one: Case,
  targets: Readonly<Record<string, { readonly server: Served; readonly bodies: readonly string[] }>>,
): Promise<Record<string, Measured>> {
  const seen = new Map<string, { answers: LoadAnswer[]; cpuSeconds: number }>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, { server, bodies }] of Object.entries(targets)) {
      const prefix = `${one.mode}${one.streams}-${name}-${round}`;
      const order: LoadOrder = { url: server.url, bodies, mode: one.mode, perSecond, seconds, prefix };
      const cpu = figuresOf(server.pid).cpuSeconds;
      const answer = await sendLoad(order);
      const held = seen.get(name) ?? { answers: [], cpuSeconds: 0 };
      held.answers.push(answer);
      held.cpuSeconds += figuresOf(server.pid).cpuSeconds - cpu;
      seen.set(name, held);
    }
  }
  return Object.fromEntries([...seen].map(([name, { answers, cpuSeconds }]) => [name, merged(answers, cpuSeconds)]));
}

function merged(answers: readonly LoadAnswer[], cpuSeconds: number): Measured {
  const latencies = answers.flatMap((answer) => answer.latenciesMs);
  const tiers: Record<string, number> = {};
  for (const answer of answers)
    for (const [tier, count] of Object.entries(answer.tiers)) tiers[tier] = (tiers[tier] ?? 0) + count;
  return {
    latencyMs: quantilesOf(latencies),
    perSecond: rounded(answers.reduce((sum, answer) => sum + answer.perSecond, 0) / answers.length, 0),
    cpuMsPerRequest: rounded((cpuSeconds * 1000) / latencies.length),
    failed: answers.reduce((sum, answer) => sum + answer.failed, 0),
    tiers,
  };
}

/** Streams of a slow LLM through the server; the returned function ends them and says how many were still open. */
async function openStreams(server: Served, body: string, count: number): Promise<() => number> {
  llm.script({ say: 'word '.repeat(5000), pauseMs: 200 });
  const gone = new AbortController();
  const state = { open: 0 };
  const read = async (index: number): Promise<void> => {
    const own = { ...(JSON.parse(body) as object), stream: true, metadata: { conversation_id: `stream-${index}` } };
    const answer = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(own),
      signal: gone.signal,
    });
    state.open += 1;
    try {
      await answer.body?.pipeTo(new WritableStream());
    } finally {
      state.open -= 1;
    }
  };
  // one after the other, so that their words do not come all at the same moment
  for (let index = 0; index < count; index += 1) {
    void read(index).catch(() => undefined);
    await wait(7);
  }
  for (let waited = 0; state.open < count; waited += 1) {
    if (waited > 300) throw new Error(`only ${state.open} of ${count} streams opened`);
    await wait(100);
  }
  return () => {
    const stillOpen = state.open;
    gone.abort();
    return stillOpen;
  };
}

function withOverhead(measured: Readonly<Record<string, Measured>>): object {
  const floor = measured['empty'] as Measured;
  return Object.fromEntries(
    Object.entries(measured).map(([name, own]) => {
      if (name === 'empty') return [name, own];
      const over = (of: keyof Quantiles): number => rounded(own.latencyMs[of] - floor.latencyMs[of]);
      const ratio = (of: keyof Quantiles): number => rounded(own.latencyMs[of] / floor.latencyMs[of], 1);
      const overheadMs = { p50: over('p50'), p95: over('p95'), p99: over('p99') };
      return [name, { ...own, overheadMs, ratio: { p50: ratio('p50'), p95: ratio('p95'), p99: ratio('p99') } }];
    }),
  );
}

function tableOf(measured: Readonly<Record<string, Measured>>): string {
  const floor = (measured['empty'] as Measured).latencyMs;
  const rows = Object.entries(measured).map(
    ([name, { latencyMs, perSecond: rate, cpuMsPerRequest, failed, tiers }]) => [
      name,
      ...(['p50', 'p95', 'p99'] as const).flatMap((of) => [
        latencyMs[of].toFixed(2),
        (latencyMs[of] - floor[of]).toFixed(2),
      ]),
      rate,
      cpuMsPerRequest.toFixed(2),
      failed,
      Object.keys(tiers).join(' '),
    ],
  );
  return table(['', 'p50', 'over', 'p95', 'over', 'p99', 'over', '/s', 'cpu ms', 'failed', 'tier'], rows);
}
