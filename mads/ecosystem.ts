import { trainingOf } from './house/training-settings.ts';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { ConversationLog } from '../datasets/log/conversation-log.ts';
import type { JournalRecord } from '../datasets/log/record.ts';
import { sampleTools } from '../datasets/sample/tools.ts';
import { sampleProcesses } from '../datasets/sample/processes/scenarios.ts';
import { simulatedTool } from '../engine/action/simulated-tools.ts';
import type { Tool } from '../engine/action/tool.ts';
import { MemoryBus } from '../engine/bus/memory-bus.ts';
import { systemClock, systemIds, type Clock, type IdSource } from '../engine/core/clock.ts';
import type { Config } from '../engine/core/config.ts';
import type { Logger } from '../engine/core/logger.ts';
import { messageOf } from '../engine/core/errors.ts';
import { once } from '../engine/core/once.ts';
import type { Turn } from '../engine/core/turn.ts';
import { LiveModels } from '../engine/pipeline/live-models.ts';
import { RegistryBundles } from '../engine/pipeline/registry-bundles.ts';
import { Rollouts } from '../engine/pipeline/rollout.ts';
import { ShadowQueue } from '../engine/pipeline/shadow.ts';
import { GraduatedRoutes } from '../engine/tiers/graduated-routes.ts';
import { ImperatorTier } from '../engine/tiers/imperator.ts';
import { Registry } from '../models/registry/registry.ts';
import { Graduation } from '../training/movements/graduation.ts';
import { KeptState } from '../training/loop/kept-state.ts';
import { emptyLoop, LearningLoop } from '../training/loop/learning-loop.ts';
import { openQueue, type RetrainQueue } from '../training/queue/queue.ts';
import { servingMappers } from '../training/movements/serving-mapper.ts';
import { ActingProcesses } from './processes/acting-processes.ts';
import { ContextDesk } from './context/context-desk.ts';
import { historyOf, journalOf } from './turns/conversation-journal.ts';
import { dataFolder } from './house/data-folder.ts';
import { Doubts } from './doubts.ts';
import { dashboardPublicPaths, dashboardRoutes } from './grace/dashboard/routes.ts';
import { Desk } from './grace/desk.ts';
import { createGateway, type Gateway } from './grace/gateway/gateway.ts';
import type { GatewayParts } from './grace/gateway/parts.ts';
import { policyOf, ProcessOffice } from './grace/process-office.ts';
import { graceTools } from './grace/grace-tools.ts';
import { Host } from './host.ts';
import { Housekeeping } from './house/housekeeping.ts';
import { chooseProvider } from './imperator-choice.ts';
import { MovementWatch } from './movement-watch.ts';
import { RoleFiles } from './roles/role-files.ts';
import { RoleProcesses } from './roles/role-processes.ts';
import type { ThinkingParts } from './roles/role-thinking.ts';
import { RoleTrial } from './roles/role-trial.ts';
import { shareFolder } from './house/shared-folder.ts';
import { Staff } from './roles/staff.ts';
import { callTool } from './turns/tool-call.ts';
import { startTrainingWorker, type TrainingWorker } from './house/training-worker.ts';

export interface EcosystemOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** Without, nothing trains here and no job can be asked for: for one-off commands. */
  readonly withQueue: boolean;
  /** Handlers that every role of this deployment may be given; one that is described in a role's file is offered. */
  readonly tools?: readonly Tool[];
  /** A process of its own that works off the queue, and unless `learn` is off the loop that fills it. */
  readonly withWorker?: boolean;
}

/** Everything of one process, assembled: the only place that knows all rooms. */
export interface Ecosystem {
  readonly log: ConversationLog;
  readonly registry: Registry;
  readonly desk: Desk;
  readonly gateway: Gateway;
  readonly parts: GatewayParts;
  /** Opens the port and tells the data folder's visitors where to ask. */
  listen(): Promise<{ readonly url: string; readonly port: number }>;
  /** Drains what is under way, then closes everything in the order in which nothing is lost. */
  close(): Promise<void>;
}

/** Whether somebody who can be trusted said of an answer whether it was right. */
function isWord({ kind, body }: JournalRecord): boolean {
  return kind === 'feedback' && /^(human|tool|verifier)$/.test((body as { readonly source: string }).source);
}

export async function openEcosystem(config: Config, options: EcosystemOptions): Promise<Ecosystem> {
  const { logger, clock = systemClock, ids = systemIds } = options;
  const folder = dataFolder(config.dataDir);
  await shareFolder(config);
  const log = await ConversationLog.open({ dataDir: folder.root, logger, clock, ids });
  let opening: Promise<RetrainQueue> | null = null;
  let queue: RetrainQueue | null = null;
  let worker: TrainingWorker | null = null;
  let context: ContextDesk | null = null;
  const unwatch: (() => void)[] = [];
  try {
    const provider = await chooseProvider(config, log);
    opening = options.withQueue ? openQueue(config.queueUrl, { dataDir: folder.root, logger }) : null;
    // It opens beside the rest; should it fail before it is awaited below, that is no unhandled rejection.
    opening?.catch(() => undefined);
    const registry = await Registry.open(folder.models, { logger, clock, ids });
    const { device, level, tierTimeoutMs } = config;
    const notice = once((line) => logger.warn({ device }, line));
    context = await ContextDesk.open({
      config,
      log,
      folder,
      logger,
      toolsOf: (mad) => host.actions(mad).tools,
      call: (mad, tool, given, caller, signal) =>
        callTool({ bus, clock, ids, sender: 'cet' }, { mad, tool, arguments: given, caller, allows: 'read', signal }),
    });
    const { settings, fetch } = context;
    const live = new LiveModels(new RegistryBundles(registry, { device, context: settings, notice }), logger);
    const { rolloutMargin: margin, rolloutMessages: messages, rolloutAudit: audit, rolloutDays: days } = config;
    const kept = await KeptState.open(folder.learning, emptyLoop, logger);
    const rollouts = new Rollouts({
      registry,
      settings: { margin, messages, audit, days },
      clock,
      logger,
      memories: kept.value.rollouts,
      onMove: (role) => live.refresh(role),
    });
    const beside = new ShadowQueue(logger);
    const routes = new GraduatedRoutes();
    const doubts = new Doubts();
    const graduation = new Graduation(
      {
        queries: log.queries,
        settings: { alpha: config.alpha, delta: config.delta },
        clock,
        ids,
        load: (earned) => routes.load(earned),
        hold: (standings) => doubts.held.load(standings),
        processes: (role) => office.stored(role),
        serving: servingMappers(registry),
      },
      kept.value.graduation,
    );
    const prices = { input: config.llmInputUsdPerMillion, output: config.llmOutputUsdPerMillion };
    const toolsOf = (name: string) => (host.has(name) ? host.actions(name).tools : []);
    const bus = new MemoryBus({ journal: journalOf(log, (name) => host.roleOf(name), toolsOf) });
    const host: Host = new Host({ bus, store: log, clock, ids });
    const thinking: ThinkingParts = {
      live,
      imperator: new ImperatorTier(provider, { prices }),
      sink: log,
      clock,
      ids,
      level,
      tierTimeoutMs,
      context: settings,
      admits: (role, turn, outcome) => host.actions(role).objection(turn, outcome, 'user', 'irreversible'),
      // without an LLM there is nothing to learn from one
      explore: provider === null ? 0 : config.explore,
      trial: new RoleTrial(rollouts, beside, log),
      graduated: (role, router, isLeft) => routes.around(role, router, isLeft),
      heedful: (role, tier) => doubts.blamed.around(role, tier),
      held: (role, ...of) => doubts.held.reason(role, ...of),
      processes: (role) => (host.has(role) ? host.processes(role) : new ActingProcesses()),
    };
    const office = new ProcessOffice({
      folder: folder.processes,
      tools: async (role) => {
        const own = host.has(role) ? host.actions(role).tools.map((tool) => tool.name) : [];
        return [...(await log.queries.tools(role)), ...own];
      },
      onChange: async (role) => {
        await processes.refresh(role);
        movements.soon();
      },
    });
    const processes: RoleProcesses = new RoleProcesses({ host, office, logger, policy: policyOf(config) });

    const heed = async (roles: readonly string[]): Promise<void> => {
      for (const role of roles) doubts.blamed.load(role, await log.queries.blamedWordings(role));
    };
    const movements = new MovementWatch({
      review: async () => {
        const known = await desk.roles();
        // what goes up at once comes before what takes longer to look at
        await heed(known);
        doubts.tell();
        await graduation.review(known);
        doubts.tell();
        kept.value = { ...kept.value, graduation: graduation.state };
        await kept.save();
      },
      logger,
    });
    unwatch.push(
      log.follow((records) => {
        if (records.some(isWord)) movements.soon();
      }),
    );
    const isSample = existsSync(folder.sampleMark);
    const staff = new Staff({
      host,
      thinking,
      files: new RoleFiles(folder.roles, logger),
      logger,
      offer: (role) => ({
        tools: [
          ...(isSample ? sampleTools(role).map((definition) => simulatedTool(definition)) : []),
          ...(options.tools ?? []),
        ],
        always: [fetch],
        processes: isSample ? sampleProcesses(role) : [],
      }),
      onHire: async (role) => {
        await processes.refresh(role);
        if (!watched.has(role)) await watchOver(role);
      },
    });
    const watched = new Set<string>();
    const watchOver = async (role: string): Promise<void> => {
      watched.add(role);
      processes.follow(role);
      const follow = async (): Promise<void> => {
        await rollouts.refresh(role);
        await live.refresh(role);
      };
      await follow();
      unwatch.push(
        registry.watch(role, live.inUse()[role] ?? null, () => {
          follow().catch((error: unknown) => logger.error({ role, error: messageOf(error) }, 'models not followed'));
        }),
      );
    };
    queue = await opening;
    const loop: LearningLoop | null =
      queue === null || options.withWorker !== true
        ? null
        : new LearningLoop({
            queries: log.queries,
            registry,
            queue,
            rollouts,
            kept,
            graduation,
            refused: () => live.refused(),
            train: async (role, reason) => (await desk.train({ role, reason, rollout: config.rollout }))[0],
            alpha: config.alpha,
            settings: { turns: config.learnTurns, days: config.learnDays, restMinutes: config.learnRestMinutes },
            clock,
            logger,
          });
    const learning = () =>
      loop?.status() ?? { isOn: false, plans: [], rollouts: rollouts.status(), drift: [], moved: graduation.moved() };
    const { defaultRole } = config;
    const desk: Desk = new Desk({
      log,
      registry,
      queue,
      training: trainingOf(config),
      prices,
      processes: office,
      staff,
      learning,
      defaultRole,
    });
    const hireAll = async (): Promise<void> => {
      for (const role of await desk.roles()) await staff.hire(role);
    };
    // what another server trained works here too, though this log knows nothing of it
    const hireTrained = async (): Promise<void> => {
      for (const { role, current } of await registry.list()) if (current !== null) await staff.hire(role);
    };
    await heed(await desk.roles());
    unwatch.push(() => doubts.close());
    await doubts.follow(config, folder, { ids, logger });
    doubts.tell();
    await staff.refresh();
    unwatch.push(staff.watch());
    await hireAll();
    await hireTrained();
    unwatch.push(
      registry.follow(async () => {
        await hireTrained();
        movements.soon();
      }),
    );
    if (queue !== null) {
      // Searches that ended while no server was there.
      await processes.settle();
      processes.watch(desk, queue, config.mineEveryHours);
    }

    const common = {
      roles: () => staff.names(),
      // a role that came in by an import and has learned nothing yet takes no other's place
      defaultRole: () =>
        config.defaultRole ??
        staff.roles().find((role) => Object.hasOwn(live.inUse(), role)) ??
        staff.roles()[0] ??
        null,
      explain: (turn: Turn) => {
        const named = new Set(turn.tools.map((tool) => tool.name));
        const own = host.actions(turn.role).tools.filter((tool) => !named.has(tool.name));
        return staff.mind(turn.role).explain({ ...turn, tools: [...turn.tools, ...own] });
      },
      feedback: async (given: Parameters<GatewayParts['feedback']>[0]) => {
        const stored = await log.addFeedback(given);
        const isBlame = stored.correct === false || (stored.correct === null && stored.outcome !== null);
        const judged = isBlame ? await log.decision(given.decision) : null;
        if (judged !== null) await rollouts.complain(judged.decision.role, stored.message);
        return stored;
      },
      history: (conversation: string) => historyOf(log)(conversation, ''),
      clock,
    };
    host.offer('grace', graceTools({ ...common, report: (role) => desk.report(role === undefined ? {} : { role }) }));
    const { host: address, port, token, allowedHosts, maxBodyBytes } = config;
    const parts: GatewayParts = {
      ...common,
      config: { host: address, port, allowedHosts, maxBodyBytes, ...(token === undefined ? {} : { token }) },
      bus,
      ids,
      logger,
      readiness: async () => {
        const models = live.inUse();
        return {
          ready: Object.keys(models).length > 0,
          detail: {
            models,
            log: log.health(),
            llm: provider?.name ?? 'none',
            refused: { models: live.refused(), roles: staff.refused() },
          },
        };
      },
      tools: () =>
        ['rogers', 'grace'].flatMap((mad) => host.actions(mad).tools.map((definition) => ({ mad, definition }))),
      publicPaths: dashboardPublicPaths,
      plugin: async (app) => {
        // Conversations of a new role that are imported while serving: it answers before the import is acknowledged.
        app.addHook('onSend', async (request, _reply, payload) => {
          if (request.routeOptions.url === '/api/import') await hireAll();
          return payload;
        });
        await dashboardRoutes(app, { desk, queue });
      },
    };
    const gateway = await createGateway(parts);
    if (options.withWorker === true && queue !== null) {
      worker = startTrainingWorker({ dataDir: folder.root, queueUrl: queue.url, logger });
    }
    if (config.learn) loop?.start();
    const housekeeping = new Housekeeping({ folder, registry, keep: config.pruneKeep, clock, logger });
    if (options.withWorker === true) housekeeping.start(config.pruneEveryHours);
    return {
      log,
      registry,
      desk,
      gateway,
      parts,
      listen: async () => {
        const opened = await gateway.listen();
        log.announce({ port: opened.port, token: token ?? randomBytes(24).toString('hex') });
        return opened;
      },
      close: async () => {
        for (const end of unwatch) end();
        await movements.close();
        processes.close();
        await gateway.close();
        await loop?.stop();
        await housekeeping.stop();
        await beside.close();
        await worker?.stop();
        await bus.close(1000);
        await host.close();
        await queue?.close();
        await live.dispose();
        await context?.close();
        await log.close();
      },
    };
  } catch (error) {
    for (const end of unwatch) end();
    await worker?.stop();
    await (await opening?.catch(() => null))?.close();
    await context?.close();
    await log.close();
    throw error;
  }
}
