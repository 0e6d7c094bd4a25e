import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../core/clock.ts';

export interface Attempt {
  /** Whether trying again can help and is safe: nothing of the answer was seen yet. */
  readonly again: boolean;
  /** Milliseconds that the other side asked us to wait. */
  readonly afterMs: number | null;
}

/** The longest that a `Retry-After` is followed; a longer one is the caller's to wait for. */
const longestWaitMs = 10_000;

/** The only retry loop on the way to an LLM: at most `retries` more tries, 0.5 s and 1 s apart, jittered by half. */
export async function withRetries<T>(
  work: () => Promise<T>,
  judge: (error: unknown) => Attempt,
  options: { readonly retries: number; readonly random: Random; readonly baseMs: number; readonly signal: AbortSignal },
): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      const { again, afterMs } = judge(error);
      if (!again || tried >= options.retries || (afterMs ?? 0) > longestWaitMs || options.signal.aborted) throw error;
      const jittered = options.baseMs * 2 ** tried * (0.5 + options.random());
      await wait(Math.max(jittered, afterMs ?? 0), undefined, { signal: options.signal });
    }
  }
}

/** `Retry-After` in seconds or as an HTTP date, `retry-after-ms` as some LLM servers send it. */
export function retryAfterMs(headers: Readonly<Record<string, string>> | undefined, now: number): number | null {
  const exact = Number(headers?.['retry-after-ms']);
  if (Number.isFinite(exact) && exact >= 0 && headers?.['retry-after-ms'] !== undefined) return exact;
  const given = headers?.['retry-after'];
  if (given === undefined) return null;
  const seconds = Number(given);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(given) - now;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : null;
}
