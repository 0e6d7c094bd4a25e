import type { MineAsked, TrainRequest } from '../../desk.ts';
import type { Approvals, ProcessSummary, ProcessView } from '../../process-office.ts';
import type { BrokenProcess } from '../../../../datasets/processes/stored-process.ts';
import type { Conversation } from '../../../../engine/core/conversation.ts';
import type { DecisionFilter, LoggedDecision } from '../../../../datasets/log/reader.ts';
import type { Outcome } from '../../../../engine/core/decision.ts';
import type { Bundle } from '../../../../models/bundle.ts';
import type { JobView } from '../../../../training/queue/queue.ts';
import type { Explanation } from '../explanation.ts';
import type { Overview } from '../overview.ts';
import type { ProcessName } from './address.ts';

/** An error in the server's own words. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface Question {
  readonly role?: string;
  readonly since?: number;
}

export interface Correction {
  readonly decision_id: string;
  readonly correct: boolean;
  readonly outcome?: Outcome;
  readonly note?: string;
}

async function post<Answer>(path: string, body: unknown): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    throw new RequestError(0, 'UNREACHABLE', 'the server does not answer; is it running?');
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  const error = (answer as { readonly error?: { readonly code?: string; readonly message?: string } } | null)?.error;
  throw new RequestError(response.status, error?.code ?? 'UNKNOWN', error?.message ?? `status ${response.status}`);
}

export const api = {
  overview: (question: Question) => post<Overview>('/api/overview', question),
  decisions: (filter: Omit<DecisionFilter, 'shadow'>) => post<readonly LoggedDecision[]>('/api/decisions', filter),
  decision: (id: string) => post<Explanation>('/api/decision', { id }),
  processes: (question: Pick<Question, 'role'>) =>
    post<readonly (ProcessSummary | BrokenProcess)[]>('/api/processes', question),
  process: (of: ProcessName) => post<ProcessView>('/api/process', of),
  approveProcess: (asked: ProcessName & { readonly version: string; readonly by: string }) =>
    post<Approvals>('/api/approveProcess', asked),
  renameProcess: (asked: ProcessName & { readonly to: string; readonly by: string }) =>
    post<ProcessView>('/api/renameProcess', asked),
  retireProcess: (asked: ProcessName & { readonly by: string }) => post<ProcessView>('/api/retireProcess', asked),
  conversation: (id: string) => post<Conversation>('/api/conversation', { id }),
  mine: (request: MineAsked) => post<readonly JobView[]>('/api/mine', request),
  train: (request: TrainRequest) => post<readonly JobView[]>('/api/train', request),
  rollback: (role: string) => post<Bundle>('/api/rollback', { role }),
  retry: (id: string) => post<JobView>('/api/retry', { id }),
  cancel: (id: string) => post<JobView>('/api/cancel', { id }),
  feedback: (correction: Correction) => post<{ readonly id: string }>('/v1/feedback', correction),
};

/** The server takes the token from this cookie, since an event stream cannot send headers. */
export function keepToken(token: string): void {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `thought-engine-token=${encodeURIComponent(token)}; Path=/; SameSite=Strict${secure}`;
}

export function faultOf(error: unknown): RequestError {
  return error instanceof RequestError ? error : new RequestError(0, 'PAGE', String(error));
}
