import type { LearningPlan } from '../../engine/core/learning.ts';
import type { JobView } from '../queue/queue.ts';

/** When a role learns again by itself. */
export interface ScheduleSettings {
  /** New labelled turns that are worth a training. */
  readonly turns: number;
  /** Days after which fewer are enough. */
  readonly days: number;
  /** Least time between two trainings of one role, in minutes. */
  readonly restMinutes: number;
}

/** What a role has to learn from, now. */
export interface RoleNews {
  readonly role: string;
  /** Labelled turns and words of people, since the beginning. */
  readonly turns: number;
  readonly corrections: number;
  readonly hasModels: boolean;
  /** They do not load here, so that everything goes to the LLM. */
  readonly isRefused?: boolean;
  /** A challenger is tried out: its result comes first. */
  readonly isTrying: boolean;
  /** What drifted, in plain words. */
  readonly drift: readonly string[];
}

/** What is remembered of a role's last training. */
export interface LastTraining {
  readonly turns: number;
  readonly corrections: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** Null where it was not asked for here. */
  readonly job: string | null;
  /** Trainings in a row that failed and could pass. */
  readonly failures: number;
}

export interface Due {
  readonly plan: LearningPlan;
  /** Why it is to be trained now; null where it is not. */
  readonly reason: string | null;
}

/** A word of a person weighs as much as this many turns, here as in training. */
export const correctionWeight = 20;
/** Fewest turns that anything can be learned from; share of `turns` that drift or age ask for. */
const fewest = 40;
const someShare = 0.25;
const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A training that failed is tried again after the rest, doubled each time, at most so often. */
const mostDoublings = 6;

/**
 * Whether a role is due: by count of new labelled turns, by age or drift, or since its models do not load. Never while a job of the role is open or a
 * challenger is tried out. What failed and can pass is tried again after a pause that doubles; what cannot, once there
 * is more to learn from.
 */
export function dueOf(
  news: RoleNews,
  last: LastTraining | null,
  jobs: readonly JobView[],
  settings: ScheduleSettings,
  now: number,
): Due {
  const fresh = news.turns - (last?.turns ?? 0);
  const words = news.corrections - (last?.corrections ?? 0);
  const turns = Math.max(0, fresh + correctionWeight * words);
  const needed = news.hasModels ? settings.turns : Math.min(settings.turns, fewest);
  const some = Math.max(1, Math.ceil(settings.turns * someShare));
  const plan = (state: string): LearningPlan => ({
    role: news.role,
    turns,
    turnsNeeded: needed,
    learnedAt: last?.at ?? null,
    state,
  });
  const no = (state: string): Due => ({ plan: plan(state), reason: null });
  const yes = (reason: string): Due => ({ plan: plan(`due: ${reason}`), reason });

  const own = jobs.filter(({ job }) => job.role === news.role);
  if (own.some(({ state }) => state === 'waiting' || state === 'active')) return no('it is learning');
  if (news.isTrying) return no('a challenger is tried out; its result comes first');
  if (news.turns < fewest) return no(`${fewest - news.turns} more turns until there is anything to learn from`);
  const restMs = settings.restMinutes * minuteMs * 2 ** Math.min(mostDoublings, last?.failures ?? 0);
  const waitMs = last === null ? 0 : last.at + restMs - now;
  const reason = reasonOf();
  if (reason === null) return no(`${Math.max(0, needed - turns)} more turns until it learns again`);
  if (waitMs > 0) return no(`rests for ${Math.ceil(waitMs / minuteMs)} more minutes, then learns: ${reason}`);
  return yes(reason);

  function reasonOf(): string | null {
    const failed = last?.job === null || last === null ? undefined : own.find(({ id }) => id === last.job);
    if (failed?.state === 'failed' && (last?.failures ?? 0) > 0) return 'the last training failed and may pass now';
    if (news.isRefused === true) return 'the models that should serve do not load';
    if (turns >= needed) return `${fresh} new turns${words > 0 ? `, ${words} corrections` : ''}`;
    const days = last === null ? 0 : (now - last.at) / dayMs;
    if (turns >= some && news.drift.length > 0) return `drift: ${news.drift.join(', ')}`;
    if (turns >= some && days >= settings.days) return `${Math.floor(days)} days old, ${fresh} new turns`;
    return null;
  }
}
