import { z } from 'zod';
import { readConversations } from '../../datasets/import/import-files.ts';
import type { ConversationLog } from '../../datasets/log/conversation-log.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { parseRole, roleSchema, type RoleDefinition } from '../roles/role-files.ts';
import type { EmadView, Staff } from '../roles/staff.ts';
import type { LearningStatus } from '../../engine/core/learning.ts';
import { silent, type Progress } from '../../engine/core/progress.ts';
import type { Registry } from '../../models/registry/registry.ts';
import type { JobView, RetrainConfig, RetrainQueue } from '../../training/queue/queue.ts';
import { explanationOf, type Explanation } from './dashboard/explanation.ts';
import { TierReasons } from './dashboard/tier-reasons.ts';
import { overviewOf, type Overview, type RoleModels } from './dashboard/overview.ts';
import {
  approveRequest,
  editRequest,
  renameRequest,
  retireRequest,
  which,
  type ProcessOffice,
} from './process-office.ts';
import {
  decisionFilter,
  defined,
  importRequest,
  mineRequest,
  named,
  ofRole,
  parse,
  scope,
  trainRequest,
  type DecisionFilterInput,
  type ImportRequest,
  type MineAsked,
  type TrainRequest,
} from './desk-requests.ts';
import { labelAnswer, labelQueues, labelsRequest, type LabelQueue } from './label-queue.ts';
import { reportOf, type Report } from './report.ts';

export type { ImportRequest, MineAsked, TrainRequest } from './desk-requests.ts';

export interface DeskParts {
  readonly log: ConversationLog;
  readonly registry: Registry;
  /** Null where this process has no queue. */
  readonly queue: RetrainQueue | null;
  readonly training: RetrainConfig;
  readonly prices: { readonly input: number; readonly output: number };
  /** Who works in this process; absent where nobody does. */
  readonly staff?: Pick<Staff, 'define' | 'definition' | 'begin' | 'end' | 'emads'>;
  /** The learning loop of this process; absent where none runs. */
  readonly learning?: () => LearningStatus;
  readonly processes: ProcessOffice;
  /** Whose conversations those are that name no role; the importer's own where absent. */
  readonly defaultRole?: string | undefined;
}

const noLearning: LearningStatus = { isOn: false, plans: [], rollouts: [], drift: [], moved: [] };

/** Import as it went: what was kept, how many lines were not, and the first hundred of those. */
export interface ImportOutcome {
  readonly files: number;
  readonly conversations: number;
  readonly messages: number;
  /** Conversations of each role that the files hold, known ones among them. */
  readonly roles: Readonly<Record<string, number>>;
  /** Those whose log names no role, and the role that they got; null where all name one. */
  readonly assumed: { readonly role: string; readonly conversations: number } | null;
  /** Messages that were there already and stay as they were. */
  readonly duplicates: number;
  readonly badLines: number;
  readonly bad: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
}

/**
 * What a person can do with a deployment, whether over HTTP, the command or the page: one method for each operation,
 * each taking and giving plain JSON.
 */
export class Desk {
  readonly #parts: DeskParts;
  readonly #reasons: TierReasons;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#reasons = new TierReasons(parts.registry);
  }

  async import(input: ImportRequest, progress: Progress = silent): Promise<ImportOutcome> {
    const { log, defaultRole } = this.#parts;
    const { paths, format, role = defaultRole } = parse(importRequest, input);
    const sum = { conversations: 0, messages: 0, duplicates: 0 };
    const read = await readConversations(paths, {
      format,
      ...(role === undefined ? {} : { role }),
      progress,
      onConversations: async (batch) => {
        const appended = await log.importConversations(batch);
        sum.conversations += appended.conversations;
        sum.messages += appended.messages;
        sum.duplicates += appended.duplicates;
      },
    });
    await log.flush();
    const { roles, assumed } = read;
    return { files: read.files.length, ...sum, roles, assumed, badLines: read.badCount, bad: read.bad };
  }

  overview(input: z.input<typeof scope> = {}): Promise<Overview> {
    const { log, training } = this.#parts;
    return overviewOf(
      {
        alpha: training.alpha,
        queries: log.queries,
        decisions: (filter) => log.decisions(filter),
        models: (role) => this.models({ role }),
        jobs: () => this.jobs(),
        learning: (role) => this.learning({ role }),
      },
      defined(parse(scope, input)),
    );
  }

  async report(input: { readonly role?: string } = {}): Promise<Report> {
    const { log, registry, prices } = this.#parts;
    const { role } = parse(ofRole.partial(), input);
    await this.#known(role);
    return reportOf({ log, registry, prices }, role ?? null);
  }

  decisions(input: DecisionFilterInput = {}): ReturnType<ConversationLog['decisions']> {
    return this.#parts.log.decisions(defined(parse(decisionFilter, input)));
  }

  /** A decision with all that explains it. @throws NOT_FOUND */
  async decision(input: z.input<typeof named>): Promise<Explanation> {
    const { id } = parse(named, input);
    const { log } = this.#parts;
    const found = await log.decision(id);
    if (found !== null) {
      const conversation = await log.conversation(found.decision.conversation);
      return explanationOf(await this.#reasons.explain(found, conversation?.messages), log);
    }
    throw new EngineError('NOT_FOUND', { what: 'decision', name: id, hint: 'take an id from the list of decisions' });
  }

  /** Keeps a role's description and works by it. @throws BAD_REQUEST, PROCESS_INVALID */
  async role(input: unknown): Promise<RoleDefinition> {
    return this.#staff().define(parseRole(input));
  }

  /** An eMAD of a role begins to work; messages reach it under its name. @throws NOT_FOUND, BAD_REQUEST, OVERLOADED */
  async begin(input: { readonly role: string; readonly name?: string | undefined }): Promise<EmadView> {
    const { role, name } = parse(ofRole.extend({ name: roleSchema.shape.name.optional() }), input);
    return this.#staff().begin(role, name);
  }

  /** It finishes what it began and leaves. @throws NOT_FOUND */
  async end(input: { readonly name: string }): Promise<{ readonly name: string }> {
    const { name } = parse(z.strictObject({ name: z.string().min(1) }), input);
    await this.#staff().end(name);
    return { name };
  }

  async emads(): Promise<readonly EmadView[]> {
    return this.#parts.staff?.emads() ?? [];
  }

  #staff(): NonNullable<DeskParts['staff']> {
    const { staff } = this.#parts;
    if (staff !== undefined) return staff;
    const detail = 'nobody works here: ask a server, which "thought-engine serve" starts';
    throw new EngineError('BAD_REQUEST', { detail });
  }

  /** What is due, what is tried out, what changed in the traffic, what moved between the tiers. */
  async learning(input: { readonly role?: string | undefined } = {}): Promise<LearningStatus> {
    const { role } = parse(ofRole.partial(), input);
    const status = this.#parts.learning?.() ?? noLearning;
    const ofOne = <Row extends { readonly role: string }>(rows: readonly Row[]): Row[] =>
      rows.filter((row) => role === undefined || row.role === role);
    const { isOn, plans, rollouts, drift, moved } = status;
    return { isOn, plans: ofOne(plans), rollouts: ofOne(rollouts), drift: ofOne(drift), moved: ofOne(moved) };
  }

  async models(input: { readonly role?: string | undefined } = {}): Promise<readonly RoleModels[]> {
    const { registry } = this.#parts;
    const { role } = parse(ofRole.partial(), input);
    const rows = (await registry.list()).filter((row) => role === undefined || row.role === role);
    return Promise.all(rows.map(async (row) => ({ ...row, history: await registry.history(row.role) })));
  }

  /** Settled messages that somebody should look at, most at stake first, and what those looked at prove. @throws NOT_FOUND */
  async labels(input: z.input<typeof labelsRequest> = {}): Promise<readonly LabelQueue[]> {
    const [request, { log, training }] = [parse(labelsRequest, input), this.#parts];
    return labelQueues(log, await this.#known(request.role), training, request);
  }

  /** A person's word on one settled message. @throws DECISION_UNKNOWN */
  label(input: z.input<typeof labelAnswer>): ReturnType<ConversationLog['addFeedback']> {
    return this.#parts.log.addFeedback({ ...defined(parse(labelAnswer, input)), isDrawn: true, source: 'human' });
  }

  /** Makes the bundle before the current one serve again. @throws NOTHING_TO_ROLL_BACK, NOT_FOUND */
  async rollback(input: z.input<typeof ofRole>): ReturnType<Registry['rollback']> {
    const { registry } = this.#parts;
    const { role } = parse(ofRole, input);
    await knownToRegistry(registry, role);
    return registry.rollback(role);
  }

  /** Snapshots each role and asks the queue to train it. @throws QUEUE_UNAVAILABLE, NOT_FOUND, TOO_FEW_ROWS */
  async train(input: TrainRequest = {}): Promise<readonly JobView[]> {
    const { log, training } = this.#parts;
    const { role, tiers, alpha, device, reason, rollout } = parse(trainRequest, input);
    const queue = this.#queue();
    const roles = trainable(await this.roles(), role);
    const config: RetrainConfig = {
      ...training,
      ...(alpha === undefined ? {} : { alpha }),
      ...(device === undefined ? {} : { device }),
      ...(tiers === undefined ? {} : { tiers }),
      ...(rollout === undefined ? {} : { rollout }),
    };
    const jobs: JobView[] = [];
    for (const each of roles) {
      const { id } = await log.snapshot({ role: each, forTraining: true });
      const { acting } = await this.#parts.processes.versions(each);
      const budget = alpha ?? this.#parts.staff?.definition(each)?.alpha ?? config.alpha;
      const taught = { ...config, alpha: budget, ...(acting.length === 0 ? {} : { processes: acting }) };
      jobs.push(await queue.enqueue({ role: each, snapshot: snapshotOf(id), config: taught, reason }));
    }
    return jobs;
  }

  /** Snapshots each role and asks the queue to look for its processes. @throws QUEUE_UNAVAILABLE, NOT_FOUND, TOO_FEW_ROWS */
  async mine(input: MineAsked = {}): Promise<readonly JobView[]> {
    const { log, training, processes } = this.#parts;
    const { role, minimumSupport, reason } = parse(mineRequest, input);
    const queue = this.#queue();
    const jobs: JobView[] = [];
    for (const each of trainable(await this.roles(), role)) {
      const { id } = await log.snapshot({ role: each, forTraining: true });
      const { known } = await processes.versions(each);
      const config = { seed: training.seed, known, ...(minimumSupport === undefined ? {} : { minimumSupport }) };
      jobs.push(await queue.enqueue({ kind: 'mine', role: each, snapshot: snapshotOf(id), config, reason }));
    }
    return jobs;
  }

  processes(input: { readonly role?: string | undefined } = {}): ReturnType<ProcessOffice['list']> {
    return this.#parts.processes.list(parse(ofRole.partial(), input).role);
  }

  process(input: z.input<typeof which>): ReturnType<ProcessOffice['show']> {
    return this.#parts.processes.show(parse(which, input));
  }

  approveProcess(input: z.input<typeof approveRequest>): ReturnType<ProcessOffice['approve']> {
    return this.#parts.processes.approve(parse(approveRequest, input));
  }

  editProcess(input: z.input<typeof editRequest>): ReturnType<ProcessOffice['edit']> {
    return this.#parts.processes.edit(parse(editRequest, input));
  }

  renameProcess(input: z.input<typeof renameRequest>): ReturnType<ProcessOffice['rename']> {
    return this.#parts.processes.rename(parse(renameRequest, input));
  }

  retireProcess(input: z.input<typeof retireRequest>): ReturnType<ProcessOffice['retire']> {
    return this.#parts.processes.retire(parse(retireRequest, input));
  }

  /** One conversation as it stands in the log. @throws CONVERSATION_UNKNOWN */
  async conversation(input: z.input<typeof named>): Promise<Conversation> {
    const { id } = parse(named, input);
    const found = await this.#parts.log.conversation(id);
    if (found === null) throw new EngineError('CONVERSATION_UNKNOWN', { id });
    return found;
  }

  async jobs(): Promise<readonly JobView[]> {
    return this.#queue().list();
  }

  job(input: z.input<typeof named>): Promise<JobView> {
    return this.#queue().show(parse(named, input).id);
  }

  retry(input: z.input<typeof named>): Promise<JobView> {
    return this.#queue().retry(parse(named, input).id);
  }

  cancel(input: z.input<typeof named>): Promise<JobView> {
    return this.#queue().cancel(parse(named, input).id);
  }

  /** Writes what is logged by now to a folder that anyone may read without the log. */
  snapshot(input: { readonly role?: string | undefined } = {}): ReturnType<ConversationLog['snapshot']> {
    return this.#parts.log.snapshot(defined(parse(ofRole.partial(), input)));
  }

  /** Roles that have conversations. */
  async roles(): Promise<readonly string[]> {
    return (await this.#parts.log.queries.roles()).filter((row) => row.conversations > 0).map((row) => row.role);
  }

  /** All roles, or the one that is asked for. @throws NOT_FOUND where there are others */
  async #known(role: string | undefined): Promise<readonly string[]> {
    const roles = await this.roles();
    return roles.length === 0 ? [] : trainable(roles, role);
  }

  #queue(): RetrainQueue {
    const { queue } = this.#parts;
    if (queue !== null) return queue;
    throw new EngineError('QUEUE_UNAVAILABLE', {
      url: 'embedded',
      detail: 'no server is running here; start one with "thought-engine serve"',
    });
  }
}

/** @throws NOT_FOUND where the role never had models and others have */
export async function knownToRegistry(registry: Registry, role: string): Promise<void> {
  const known = (await registry.list()).map((row) => row.role);
  if (known.length > 0) trainable(known, role);
}

/** Where a worker finds a snapshot: in its own data folder, wherever that is mounted on its machine. */
function snapshotOf(id: string): { readonly id: string; readonly path: string } {
  return { id, path: `snapshots/${id}` };
}

/** Whom to train: the role that is asked for, or all. @throws NOT_FOUND, TOO_FEW_ROWS */
export function trainable(known: readonly string[], role: string | undefined): readonly string[] {
  if (known.length === 0) throw new EngineError('TOO_FEW_ROWS', { what: 'training', needed: 1, actual: 0 });
  if (role === undefined) return known;
  if (known.includes(role)) return [role];
  throw new EngineError('NOT_FOUND', { what: 'role', name: role, hint: `there are ${known.join(', ')}` });
}

/** Operations that may be asked for over HTTP, by name. */
export const deskOperations = [
  'import',
  'overview',
  'report',
  'decisions',
  'decision',
  'models',
  'rollback',
  'train',
  'mine',
  'processes',
  'process',
  'approveProcess',
  'editProcess',
  'renameProcess',
  'retireProcess',
  'conversation',
  'jobs',
  'job',
  'learning',
  'role',
  'begin',
  'end',
  'emads',
  'retry',
  'cancel',
  'roles',
  'snapshot',
  'labels',
  'label',
] as const satisfies readonly (keyof Desk)[];
export type DeskOperation = (typeof deskOperations)[number];
