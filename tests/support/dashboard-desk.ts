import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { ConversationLog } from '../../datasets/log/conversation-log.ts';
import { ProcessStore } from '../../datasets/processes/process-store.ts';
import { sampleConversations } from '../../datasets/sample/desk.ts';
import { systemClock } from '../../engine/core/clock.ts';
import type { LearningStatus } from '../../engine/core/learning.ts';
import { Desk } from '../../mads/grace/desk.ts';
import { ProcessOffice } from '../../mads/grace/process-office.ts';
import { dashboardRoutes } from '../../mads/grace/dashboard/routes.ts';
import { asEngineError, errorBody } from '../../mads/grace/gateway/error-body.ts';
import { giveFeedback } from '../../mads/grace/gateway/native-routes.ts';
import type { BundleContent } from '../../models/bundle.ts';
import { boundOf } from '../../models/certificate/certificate.ts';
import { Registry } from '../../models/registry/registry.ts';
import { temporaryFolder } from './log-fixture.ts';
import { servedThresholds, trafficOf } from './dashboard-traffic.ts';
import { mined, refund } from './mined.ts';
import { MemoryQueue } from './memory-queue.ts';

export interface ServedDesk {
  readonly url: string;
  /** Its data folder. */
  readonly folder: string;
  readonly log: ConversationLog;
  readonly registry: Registry;
  readonly queue: MemoryQueue;
  close(): Promise<void>;
}

/**
 * A dashboard over a real log and a real registry in a temporary folder. `conversations` 0: nothing was ever served.
 * `page`: folder of the built page.
 */
export async function serveDesk(options: {
  readonly page: string;
  readonly conversations: number;
  readonly judged?: number;
}): Promise<ServedDesk> {
  const folder = temporaryFolder();
  const log = await ConversationLog.open({ dataDir: join(folder.path, 'data') });
  const registry = await Registry.open(join(folder.path, 'data', 'models'));
  const queue = new MemoryQueue(() => systemClock.now());
  if (options.conversations > 0) {
    const sample = sampleConversations(3, { conversations: options.conversations });
    const traffic = trafficOf(sample, systemClock.now() - 60_000, options.judged);
    await log.importConversations(traffic.conversations);
    log.record(traffic.decisions);
    await log.flush();
    for (const word of traffic.feedback) await log.addFeedback(word);
    const [talk] = traffic.conversations.filter((one) => one.role === 'support-agent');
    const seen = { conversation: talk?.id ?? '', message: talk?.messages[1]?.id ?? '' };
    await new ProcessStore(join(folder.path, 'data', 'processes')).propose('support-agent', [mined(refund, seen)]);
    for (const role of ['ops-desk', 'support-agent', 'pm']) await trainTwice(registry, role);
  }
  const training = { seed: 1, alpha: 0.05, delta: 0.1, device: 'cpu' } as const;
  const processes = new ProcessOffice({
    folder: join(folder.path, 'data', 'processes'),
    tools: async (role) => [...(await log.queries.tools(role)), 'orders.find', 'orders.refund'],
  });
  const desk = new Desk({
    log,
    registry,
    queue,
    training,
    processes,
    prices: { input: 2.5, output: 10 },
    learning: () => learningOf(options.conversations),
  });
  const app = fastify({ forceCloseConnections: true });
  app.setErrorHandler((thrown, _request, reply) => {
    const error = asEngineError(thrown, 1_000_000);
    return reply.status(error.status).send(errorBody(error));
  });
  app.post('/v1/feedback', (request) => giveFeedback({ feedback: (given) => log.addFeedback(given) }, request.body));
  await dashboardRoutes(app, { desk, queue, page: options.page });
  return {
    url: await listen(app),
    folder: join(folder.path, 'data'),
    log,
    registry,
    queue,
    close: async () => {
      await app.close();
      await log.close();
      folder.remove();
    },
  };
}

async function listen(app: FastifyInstance): Promise<string> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

/** Two bundles, the second one better: there is something to roll back to. */
async function trainTwice(registry: Registry, role: string): Promise<void> {
  const golden = Array.from({ length: 64 }, (_, input) => ({ input, output: input }));
  const counts = [
    { settled: 410, errors: 9, reason: 'the first models of this role' },
    { settled: 545, errors: 11, reason: 'settles 16.6 % more at the same error budget' },
  ];
  let expected: string | null = null;
  for (const [seed, { settled, errors, reason }] of counts.entries()) {
    const artefacts: Record<string, string> = {};
    for (const kind of ['dtr', 'lppm', 'cet'] as const) {
      const workspace = await registry.workspace();
      await mkdir(workspace, { recursive: true });
      await writeFile(join(workspace, 'weights.bin'), Buffer.alloc(64, seed + 1));
      const made = { role, kind, parent: null, dataSnapshot: 's', codeVersion: '1', seed, schemas: {}, metrics: {} };
      artefacts[kind] = (await registry.publish(workspace, made, golden)).id;
    }
    const thresholds = {
      dtr: { standard: servedThresholds.dtr - seed * 0.01, byLabel: {} },
      lppm: { standard: servedThresholds.lppm, byLabel: {} },
    };
    const bound = boundOf(812, settled, errors, { alpha: 0.05, delta: 0.1 });
    const content: BundleContent = {
      role,
      artefacts,
      thresholds,
      certificate: { ...bound, reason },
      metrics: {},
      parent: expected,
    };
    expected = (await registry.promote(role, content, { expected, reason })).id;
  }
}

/** A loop at work, with something to see of everything. */
function learningOf(conversations: number): LearningStatus {
  const none = { isOn: true, plans: [], rollouts: [], drift: [], moved: [] };
  if (conversations === 0) return none;
  const time = systemClock.now();
  const seen = { before: 1000, now: 500 };
  return {
    ...none,
    plans: [
      {
        role: 'ops-desk',
        turns: 120,
        turnsNeeded: 500,
        learnedAt: time - 7_200_000,
        state: '380 more turns until it learns again',
      },
      {
        role: 'pm',
        turns: 30,
        turnsNeeded: 500,
        learnedAt: null,
        state: 'a challenger is tried out; its result comes first',
      },
    ],
    rollouts: [
      {
        role: 'ops-desk',
        bundle: 'a'.repeat(64),
        champion: 'b'.repeat(64),
        share: 0.05,
        since: time - 3_600_000,
        pairs: 640,
        pairsHere: 120,
        disagreements: 31,
        wins: 9,
        losses: 4,
        unjudged: 3,
        harm: 0.8,
        harmAt: 10,
        good: 7.4,
        goodAt: 100,
        waitsFor: '80 more messages at this share',
      },
    ],
    drift: [
      { role: 'ops-desk', kind: 'feature', what: 'kind of content', value: 0.41, limit: 0.2, isDrift: true, ...seen },
      {
        role: 'pm',
        kind: 'score',
        what: 'confidence of the process mapper',
        value: 0.03,
        limit: 0.2,
        isDrift: false,
        ...seen,
      },
    ],
    moved: [
      {
        id: 'm1',
        role: 'support-agent',
        time: time - 60_000,
        kind: 'graduated',
        what: '“where is my parcel” → parcel_status',
        from: 'lppm',
        to: 'dtr',
        why: 'always the same deed, no open slot',
        rows: 64,
        errors: 0,
        errorUpper: 0.035,
      },
    ],
  };
}
