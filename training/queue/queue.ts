import type { Device, EncoderTuning } from '../../engine/core/config.ts';
import type { ErrorCode } from '../../engine/core/errors.ts';
import { canonicalJson, sha256 } from '../../engine/core/hash.ts';
import type { Logger } from '../../engine/core/logger.ts';
import type { ProgressEvent } from '../../engine/core/progress.ts';

/** Settings of one training run; part of the job's id. */
export interface RetrainConfig {
  readonly seed: number;
  readonly alpha: number;
  readonly delta: number;
  readonly device: Device;
  /** See `LppmOptions`. */
  readonly encoder?: string;
  /** Absent: frozen. */
  readonly encoderTuning?: EncoderTuning;
  /** All tiers where absent. */
  readonly tiers?: readonly ('dtr' | 'lppm' | 'cet')[];
  /** Versions of the role's approved processes, which the process mapper learns to follow. */
  readonly processes?: readonly string[];
  /** Share of messages that the LLM answers whatever the tiers say; see `passedUp`. None where absent. */
  readonly explore?: number;
  /** `canary`: a candidate that passes the gate is tried out beside the champion; `direct` (default): it takes over. */
  readonly rollout?: 'canary' | 'direct';
}

/** What is asked for. */
export interface RetrainRequest {
  readonly kind?: 'retrain';
  readonly role: string;
  /** Id: sha256 of the content. Path: absolute, or relative to the worker's data folder. */
  readonly snapshot: { readonly id: string; readonly path: string };
  readonly config: RetrainConfig;
  /** Why it was asked for, in words a person understands. */
  readonly reason: string;
}

export interface RetrainJob extends RetrainRequest {
  readonly codeVersion: string;
}

/** Settings of one search for processes; part of the job's id. */
export interface MineConfig {
  readonly seed: number;
  /** Runs that a process needs; see `MiningOptions`. */
  readonly minimumSupport?: number;
  /** Versions of the processes that are known already: with others, the same log is searched anew. */
  readonly known: readonly string[];
}

/** Asks for the processes that a role's log holds. */
export interface MineRequest extends Pick<RetrainRequest, 'role' | 'snapshot' | 'reason'> {
  readonly kind: 'mine';
  readonly config: MineConfig;
}

export interface MineJob extends MineRequest {
  readonly codeVersion: string;
}

/** Names of what was found, by what is new about it. */
export interface MineResult {
  readonly kind: 'mine';
  readonly role: string;
  readonly fresh: readonly string[];
  readonly changed: readonly string[];
  readonly same: readonly string[];
  readonly missed: readonly string[];
  readonly dropped: readonly string[];
  readonly conversations: number;
  /** Conversations in which nothing belongs to a process. */
  readonly unexplained: number;
  /** What a person should know: what is missing for more, what was left out. */
  readonly notices: readonly string[];
}

export type JobRequest = RetrainRequest | MineRequest;
export type QueuedJob = RetrainJob | MineJob;
export type JobResult = RetrainResult | MineResult;

/** What a job came to; `promoted: false` is a success too: the champion stays, for the reasons given. */
export interface RetrainResult {
  readonly kind?: 'retrain';
  readonly role: string;
  readonly bundle: string;
  readonly promoted: boolean;
  readonly reasons: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
}

export type JobState = 'waiting' | 'active' | 'completed' | 'failed' | 'cancelled';

export interface JobView {
  readonly id: string;
  readonly job: QueuedJob;
  readonly state: JobState;
  readonly progress: ProgressEvent | null;
  /** Times it was begun. */
  readonly attempts: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** What training came to. */
  readonly result: RetrainResult | null;
  /** What a search for processes came to. */
  readonly mined: MineResult | null;
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
}

export interface JobEvent {
  readonly id: string;
  readonly kind: 'job-waiting' | 'job-started' | 'job-progressed' | 'job-completed' | 'job-failed' | 'job-stalled';
  readonly progress?: ProgressEvent;
}

/** The queue as everyone but the worker sees it. */
export interface RetrainQueue {
  /** Address under which a worker reaches the same queue; holds a password where the back end has one. */
  readonly url: string;
  /**
   * The same request of the same code is the same job: asking again returns it, and starts it again where it had failed
   * or was cancelled. @throws QUEUE_UNAVAILABLE
   */
  enqueue(request: JobRequest): Promise<JobView>;
  /** Newest first. */
  list(): Promise<JobView[]>;
  /** @throws JOB_NOT_FOUND */
  show(id: string): Promise<JobView>;
  /** Puts an ended or cancelled job back. @throws JOB_NOT_FOUND, BAD_REQUEST where it has not ended */
  retry(id: string): Promise<JobView>;
  /** A waiting job is never begun, an active one is stopped within seconds. @throws JOB_NOT_FOUND */
  cancel(id: string): Promise<JobView>;
  /** Events of all jobs, of any process, as soon as the store is listened to. Returns the function that ends it. */
  watch(callback: (event: JobEvent) => void): () => void;
  /** Ends connections, and the embedded server where this process owns it. Jobs stay. */
  close(): Promise<void>;
}

export interface QueueOptions {
  readonly dataDir: string;
  readonly logger?: Logger;
  /** Keeps queues apart on a shared server; letters, digits and underscores. */
  readonly namespace?: string;
  /** Hash of the code that would train; computed from the source files by default. */
  readonly codeVersion?: string;
}

/** Equal work has an equal id; the reason is no part of the work. */
export function jobId(job: QueuedJob): string {
  const { role, snapshot, config, codeVersion } = job;
  const kind = job.kind === 'mine' ? { kind: job.kind } : {};
  return sha256(canonicalJson({ ...kind, role, snapshot: snapshot.id, config, codeVersion })).slice(0, 24);
}

/**
 * Opens the job queue. `embedded`: a PostgreSQL server of its own in `<dataDir>/queue`; `postgres://...`;
 * `redis://...` (persistent and never evicting). The library is loaded only now.
 * @throws QUEUE_UNAVAILABLE, QUEUE_MISCONFIGURED
 */
export async function openQueue(url: string, options: QueueOptions): Promise<RetrainQueue> {
  const { openBullQueue } = await import('./bull.ts');
  return openBullQueue(url, options);
}
