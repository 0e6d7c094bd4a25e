/**
 * Hot swaps of real models under load, how long a roll-back by another process takes to be seen, a challenger beside the
 * champion, and ephemeral MADs: how quickly they begin, and whether memory stays flat. Prints one JSON document.
 * `node --expose-gc tests/bench/live-models.bench.ts [--swaps 500] [--emads 1000]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sampleConversations } from '../../datasets/sample/desk.ts';
import { MemoryBus } from '../../engine/bus/memory-bus.ts';
import { systemClock, systemIds } from '../../engine/core/clock.ts';
import { messageOf } from '../../engine/core/errors.ts';
import { quietLogger } from '../../engine/core/logger.ts';
import { textOf, type Message } from '../../engine/core/message.ts';
import { silent } from '../../engine/core/progress.ts';
import type { Turn } from '../../engine/core/turn.ts';
import { LiveModels } from '../../engine/pipeline/live-models.ts';
import { RegistryBundles } from '../../engine/pipeline/registry-bundles.ts';
import { Rollouts } from '../../engine/pipeline/rollout.ts';
import { ShadowQueue } from '../../engine/pipeline/shadow.ts';
import { Host } from '../../mads/host.ts';
import { parseRole, RoleFiles } from '../../mads/roles/role-files.ts';
import { RoleThinking, type ThinkingParts } from '../../mads/roles/role-thinking.ts';
import { RoleTrial } from '../../mads/roles/role-trial.ts';
import { Staff } from '../../mads/roles/staff.ts';
import { Registry } from '../../models/registry/registry.ts';
import { publishModels } from '../../training/artefacts.ts';
import { answeredTurns } from '../../training/examples/answered-turn.ts';
import { learn } from '../../training/learn.ts';
import { disposeAll } from '../../training/learned.ts';
import { quantilesOf, rounded } from './load/quantiles.ts';

const { values } = parseArgs({
  options: { swaps: { type: 'string', default: '500' }, emads: { type: 'string', default: '1000' } },
});
const [swaps, emads] = [Number(values.swaps), Number(values.emads)];
const role = 'ops-desk';
const folder = mkdtempSync(join(tmpdir(), 'thought-engine-live-'));
const registry = await Registry.open(join(folder, 'models'), { pollMs: 200 });
const conversations = sampleConversations(1, { conversations: 300 }).filter((one) => one.role === role);
const turns = answeredTurns(conversations, { afterResults: true });

/** A bundle of a tree router that settles whatever it is half sure of. */
async function made(seed: number): Promise<string> {
  const learned = await learn(conversations, {
    seed,
    alpha: 0.3,
    delta: 0.1,
    device: 'cpu',
    progress: silent,
    tiers: ['dtr'],
    baseRows: 1500,
  });
  const describe = (kind: 'dtr' | 'lppm' | 'cet') => ({
    role,
    kind,
    parent: null,
    dataSnapshot: 's',
    codeVersion: '1',
    seed,
    schemas: {},
    metrics: {},
  });
  const artefacts = await publishModels(learned, turns, learned.payloadTools, registry, 'cpu', describe);
  await disposeAll(learned.models);
  const thresholds = { dtr: { standard: 0.5, byLabel: {} }, lppm: { standard: null, byLabel: {} } };
  return (await registry.addBundle({ role, artefacts, thresholds, certificate: null, metrics: {}, parent: null })).id;
}
const [one, two] = [await made(1), await made(2)];
await registry.promote(role, one, { expected: null, reason: 'first' });

const settings = { contextTokens: 512 } as ThinkingParts['context'];
const live = new LiveModels(new RegistryBundles(registry, { device: 'cpu', context: settings }), quietLogger);
const queue = new ShadowQueue(quietLogger);
const rollouts = new Rollouts({
  registry,
  settings: { margin: 0.02, messages: 1_000_000, audit: 0.5, days: 14 },
  clock: systemClock,
  logger: quietLogger,
});
const models = new Map<string, number>();
const sink = {
  record: (rows: readonly { readonly model: string | null }[]) => {
    for (const { model } of rows) if (model !== null) models.set(model, (models.get(model) ?? 0) + 1);
  },
};
const thinking: ThinkingParts = {
  live,
  imperator: {
    name: 'imperator',
    consider: async () => ({
      settled: true,
      tier: 'imperator',
      outcome: { kind: 'reply', text: 'as the LLM says' },
      label: null,
      confidence: null,
      threshold: null,
      reason: 'bench',
      model: null,
      evidence: [],
      propensity: 1,
    }),
  },
  sink,
  clock: systemClock,
  ids: systemIds,
  level: 'V3',
  tierTimeoutMs: 250,
  context: settings,
  admits: () => null,
  trial: new RoleTrial(rollouts, queue, sink),
};
const mind = new RoleThinking(role, thinking);
const asked = turns.filter(({ message }) => message.author === 'user');
let sent = 0;
const turnOf = (): Turn => {
  const { message, history, tools } = asked[(sent += 1) % asked.length] as (typeof asked)[number];
  return { message: { ...message, id: `m${sent}` }, history, role, tools };
};

/** Requests in four lanes until `until` resolves; times in milliseconds. */
async function load(
  until: Promise<unknown>,
): Promise<{ readonly ms: readonly number[]; readonly errors: readonly string[] }> {
  let isOver = false;
  const ended = until.finally(() => (isOver = true));
  const ms: number[] = [];
  const errors: string[] = [];
  const lane = async (): Promise<void> => {
    while (!isOver) {
      const started = performance.now();
      await mind.consider(turnOf()).catch((error: unknown) => errors.push(messageOf(error)));
      ms.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  await Promise.all([ended, ...Array.from({ length: 4 }, lane)]);
  return { ms, errors };
}
const memory = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const calm = await load(pause(3000));
const before = memory();
const watched = registry.watch(role, one, () => void live.refresh(role));
const swapping = await load(
  (async () => {
    for (let swap = 0, current = one; swap < swaps; swap += 1) {
      const next = current === one ? two : one;
      await registry.promote(role, next, { expected: current, reason: 'swap' });
      await live.refresh(role);
      current = next;
    }
  })(),
);
const after = memory();

const elsewhere = await Registry.open(join(folder, 'models'));
const rollbacks: number[] = [];
const undoing = await load(
  (async () => {
    for (let round = 0; round < 10; round += 1) {
      const started = performance.now();
      const { id } = await elsewhere.rollback(role);
      while (live.inUse()[role] !== id) await pause(5);
      rollbacks.push(performance.now() - started);
    }
  })(),
);

// the same models under a hair's breadth of another threshold: what is measured is the cost of asking both
const serving = await registry.current(role);
if (serving === null) throw new Error('nothing serves');
const { id: champion, thresholds: served } = serving;
const nearly = { ...served, dtr: { ...served.dtr, standard: 0.5001 } };
const { id: three } = await registry.addBundle({ ...serving, thresholds: nearly });
await registry.offer(role, three, { expected: champion, share: 0.05, reason: 'bench' });
await rollouts.refresh(role);
await live.refresh(role);
const beside = await load(pause(3000));
await queue.idle();
const pairs = rollouts.status()[0]?.pairs ?? 0;
watched();

let stored = 0;
const store = {
  appendMessages: async (messages: readonly Message[]) => void (stored += messages.length),
  recent: async () => [],
  conversation: async () => null,
};
const bus = new MemoryBus({ journal: async () => void (stored += 1) });
const host = new Host({ bus, store: store as never, clock: systemClock, ids: systemIds });
const staff = new Staff({
  host,
  thinking,
  files: new RoleFiles(join(folder, 'roles'), quietLogger),
  logger: quietLogger,
  offer: () => ({ tools: [], always: [], processes: [] }),
  onHire: async () => undefined,
});
await staff.define(parseRole({ name: role }));
const beginnings: number[] = [];
async function work(index: number): Promise<void> {
  const started = performance.now();
  const { name } = await staff.begin(role);
  beginnings.push(performance.now() - started);
  const message: Message = {
    ...turnOf().message,
    id: systemIds('msg'),
    conversation: `talk ${index}`,
    recipient: name,
  };
  const attachment = {
    kind: 'turn',
    caller: 'bench',
    allows: 'irreversible',
    tools: [],
    parameters: {},
    decision: systemIds('dec'),
    stream: false,
  };
  if (textOf((await bus.request({ message, attachment })).message) === '') throw new Error('no answer');
  await staff.end(name);
}
for (let index = 0; index < 100; index += 1) await work(index);
beginnings.length = 0;
const heap = [memory()];
for (let index = 0; index < emads; index += 1) {
  await work(index);
  if ((index + 1) % (emads / 4) === 0) heap.push(memory());
}
const startedTogether = performance.now();
await Promise.all(Array.from({ length: 50 }, (_, index) => work(index)));
const together = performance.now() - startedTogether;

process.stdout.write(
  `${JSON.stringify(
    {
      swaps: {
        n: swaps,
        requests: swapping.ms.length,
        errors: swapping.errors.length,
        models: models.size,
        ms: quantilesOf(swapping.ms),
        calmMs: quantilesOf(calm.ms),
        heapMb: [rounded(before, 1), rounded(after, 1)],
      },
      rollbackMs: { ...quantilesOf(rollbacks), requests: undoing.ms.length, errors: undoing.errors.length },
      challengerBeside: { pairs, dropped: queue.dropped, errors: beside.errors.length, ms: quantilesOf(beside.ms) },
      emads: {
        n: emads,
        beginMs: quantilesOf(beginnings),
        heapMb: heap.map((mb) => rounded(mb, 1)),
        fiftyAtOnceMs: rounded(together, 1),
        left: staff.emads().length,
      },
    },
    null,
    2,
  )}\n`,
);
await host.close();
await live.dispose();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
