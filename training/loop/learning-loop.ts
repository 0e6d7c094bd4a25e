import type { LearnableTurns } from '../../datasets/log/considered-messages.ts';
import type { LogQueries } from '../../datasets/log/queries.ts';
import type { Clock } from '../../engine/core/clock.ts';
import { messageOf } from '../../engine/core/errors.ts';
import type { DriftSign, LearningPlan, LearningStatus } from '../../engine/core/learning.ts';
import type { Logger } from '../../engine/core/logger.ts';
import type { RolloutMemories, Rollouts } from '../../engine/pipeline/rollout.ts';
import type { Registry } from '../../models/registry/registry.ts';
import { driftSigns } from '../drift/drift-signs.ts';
import { nobodyGraduated, type Graduation, type GraduationState } from '../movements/graduation.ts';
import type { KeptState } from './kept-state.ts';
import { unrecoverableCodes } from '../queue/outcome.ts';
import type { JobView, RetrainQueue } from '../queue/queue.ts';
import { dueOf, type Due, type LastTraining, type RoleNews, type ScheduleSettings } from './schedule.ts';

/** What the loop remembers over a restart. */
export interface LoopState {
  readonly trained: Readonly<Record<string, LastTraining>>;
  readonly rollouts: RolloutMemories;
  readonly graduation: GraduationState;
}
export const emptyLoop: LoopState = { trained: {}, rollouts: {}, graduation: nobodyGraduated };

export interface LearningLoopParts {
  readonly queries: Pick<LogQueries, 'learnable' | 'considered'>;
  readonly registry: Pick<Registry, 'list' | 'history'>;
  readonly queue: Pick<RetrainQueue, 'list'>;
  /** Writes a snapshot of the role and asks the queue to train it. */
  readonly train: (role: string, reason: string) => Promise<JobView | undefined>;
  readonly rollouts: Pick<Rollouts, 'memories' | 'status' | 'refresh'>;
  readonly kept: KeptState<LoopState>;
  /** Error budget, in (0, 1). */
  readonly alpha: number;
  readonly settings: ScheduleSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Looks for patterns that may move to another tier; told by the owner of these. */
  readonly graduation?: Pick<Graduation, 'look' | 'moved' | 'state'>;
  /** Why the models of a role that should serve do not, by role. */
  readonly refused?: () => Readonly<Record<string, string>>;
  /** Milliseconds between two looks. */
  readonly everyMs?: number;
}

const lookEveryMs = 60_000;
/** Every so many looks the whole log is asked: what drifted, what may graduate. */
const deepEvery = 10;
/** Messages of a role, newest first, that drift is looked for in. */
const driftRows = 5000;

/**
 * Keeps learning while a server runs: looks once a minute which roles are due and asks the queue to train them. It never
 * promotes anything: what comes of a training goes through gate and rollout. Whatever fails is told to the log and
 * tried again at the next look; answers never wait for it.
 */
export class LearningLoop {
  readonly #parts: LearningLoopParts;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #plans: readonly LearningPlan[] = [];
  #drift: readonly DriftSign[] = [];
  #looks = 0;

  constructor(parts: LearningLoopParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), this.#parts.everyMs ?? lookEveryMs);
    this.#timer.unref();
    void this.look();
  }

  /** Ends the look under way, and keeps what is known. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#looking;
    await this.#keep();
  }

  status(): LearningStatus {
    return {
      isOn: this.#timer !== null,
      plans: this.#plans,
      rollouts: this.#parts.rollouts.status(),
      drift: this.#drift,
      moved: this.#parts.graduation?.moved() ?? [],
    };
  }

  /** One look at all roles; calls at the same time share one. Never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => {
        this.#parts.logger.warn({ error: messageOf(error) }, 'learning was not looked after; it is tried again');
      })
      .finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { queries, registry, queue, graduation } = this.#parts;
    const served = new Map((await registry.list()).map(({ role, current }) => [role, current]));
    const jobs = (await queue.list()).filter(({ job }) => job.kind !== 'mine');
    const isDeep = this.#looks % deepEvery === 0;
    const drift: DriftSign[] = [];
    const plans: LearningPlan[] = [];
    const found = await queries.learnable();
    for (const learnable of found) {
      const { role } = learnable;
      try {
        const current = served.get(role) ?? null;
        const signs = isDeep ? await this.#signs(role) : this.#drift.filter((sign) => sign.role === role);
        const known = current === null ? [] : signs;
        drift.push(...known);
        plans.push(await this.#lookAt(learnable, current !== null, known, jobs));
      } catch (error) {
        // one role that cannot be trained now holds up no other
        this.#parts.logger.warn({ role, error: messageOf(error) }, 'a role was not looked after; it is tried again');
      }
    }
    this.#plans = plans;
    this.#drift = drift;
    if (isDeep) await graduation?.look(found.map(({ role }) => role));
    this.#looks += 1;
    await this.#keep();
  }

  /** Asks for a training where the role is due. @returns what is planned */
  async #lookAt(
    { role, turns, corrections }: LearnableTurns,
    hasModels: boolean,
    signs: readonly DriftSign[],
    jobs: readonly JobView[],
  ): Promise<LearningPlan> {
    const isTrying = (await this.#parts.rollouts.refresh(role)) !== null;
    const drifted = signs.filter((sign) => sign.isDrift).map((sign) => sign.what);
    const isRefused = this.#parts.refused?.()[role] !== undefined;
    const news: RoleNews = { role, turns, corrections, hasModels, isRefused, isTrying, drift: drifted };
    const last = this.#lastOf(news, jobs);
    const due = dueOf(news, last, jobs, this.#parts.settings, this.#parts.clock.now());
    if (due.reason !== null) await this.#train(news, due, last);
    return due.plan;
  }

  async #keep(): Promise<void> {
    const { kept, rollouts, graduation } = this.#parts;
    const moved = graduation?.state ?? kept.value.graduation;
    kept.value = { ...kept.value, rollouts: rollouts.memories, graduation: moved };
    await kept.save();
  }

  /** A role with models of which nothing is remembered was trained by hand: from now on counts. */
  #lastOf(news: RoleNews, jobs: readonly JobView[]): LastTraining | null {
    const { kept, clock } = this.#parts;
    const { role, turns, corrections } = news;
    const known = kept.value.trained[role] ?? null;
    if (known === null) {
      return news.hasModels && news.isRefused !== true
        ? this.#remember(role, { turns, corrections, at: clock.now(), job: null, failures: 0 })
        : null;
    }
    const newest = jobs.find(({ job }) => job.role === role);
    if (newest === undefined || newest.finishedAt === null) return known;
    if (newest.state === 'completed') {
      const isNews = newest.id !== known.job && newest.createdAt > known.at;
      // trained by hand meanwhile: what there was then has been learned from
      if (isNews)
        return this.#remember(role, { turns, corrections, at: newest.finishedAt, job: newest.id, failures: 0 });
      return known.failures === 0 ? known : this.#remember(role, { ...known, failures: 0 });
    }
    if (newest.id !== known.job || newest.state !== 'failed' || newest.finishedAt <= known.at) return known;
    const canPass = !unrecoverableCodes.has(newest.error?.code ?? 'INTERNAL');
    return this.#remember(role, { ...known, at: newest.finishedAt, failures: canPass ? known.failures + 1 : 0 });
  }

  #remember(role: string, last: LastTraining): LastTraining {
    const { kept } = this.#parts;
    kept.value = { ...kept.value, trained: { ...kept.value.trained, [role]: last } };
    return last;
  }

  async #train({ role, turns, corrections }: RoleNews, due: Due, last: LastTraining | null): Promise<void> {
    const { train, clock, logger } = this.#parts;
    const reason = `by itself: ${due.reason}`;
    const job = (await train(role, reason))?.id ?? null;
    const failures = last?.failures ?? 0;
    this.#remember(role, { turns, corrections, at: clock.now(), job, failures });
    logger.info({ role, job, reason }, 'training asked for');
  }

  /** What changed since the bundle that serves was promoted. */
  async #signs(role: string): Promise<DriftSign[]> {
    const { queries, registry, alpha } = this.#parts;
    const history = await registry.history(role);
    const serves = history.findLast(({ event }) => /^model-(promoted|rolled-back)$/.test(event.kind));
    const since = serves?.time ?? 0;
    const messages = await queries.considered({ role, since, limit: driftRows });
    return driftSigns(messages, { role, alpha });
  }
}
