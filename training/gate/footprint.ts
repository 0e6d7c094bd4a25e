/** What serving a bundle costs beside money. */
export interface Footprint {
  /** 95th percentile of the time that its cheap tiers take for a message, milliseconds. */
  readonly p95Ms: number;
  /** Of all its files. */
  readonly bytes: number;
}

/** Slower by more than this share, and by more than what a clock and a busy machine make of equal models. */
const slower = { share: 0.1, ms: 0.25 } as const;
/** Larger by more than this factor, and by more than a grown vocabulary. */
const larger = { factor: 2, bytes: 8 * 1024 * 1024 } as const;

export function footprintFaults(candidate: Footprint, champion: Footprint): string[] {
  const faults: string[] = [];
  const excess = candidate.p95Ms - champion.p95Ms;
  if (!(excess <= Math.max(slower.ms, slower.share * champion.p95Ms))) {
    const [now, before] = [candidate.p95Ms.toFixed(2), champion.p95Ms.toFixed(2)];
    faults.push(`it takes ${now} ms for a message (95th percentile), the champion ${before} ms`);
  }
  if (candidate.bytes > larger.factor * champion.bytes && candidate.bytes - champion.bytes > larger.bytes) {
    faults.push(`its files are ${(candidate.bytes / champion.bytes).toFixed(1)} times as large as the champion's`);
  }
  return faults;
}

/**
 * Asks all contenders the same questions in turn, so that a busy machine slows them alike, and takes for each question
 * the quickest of several rounds.
 * @param contenders one question each, answered or not
 * @returns 95th percentile of each, milliseconds
 */
export async function measureLatency<Question>(
  questions: readonly Question[],
  contenders: readonly ((question: Question) => Promise<unknown>)[],
  rounds = 3,
): Promise<number[]> {
  const quickest = contenders.map(() => new Float64Array(questions.length).fill(Number.POSITIVE_INFINITY));
  for (let round = 0; round < rounds; round += 1) {
    for (const [place, question] of questions.entries()) {
      for (const [index, ask] of contenders.entries()) {
        const own = quickest[index] as Float64Array;
        const start = performance.now();
        await ask(question);
        own[place] = Math.min(own[place] as number, performance.now() - start);
      }
    }
  }
  return quickest.map((times) => times.toSorted()[Math.floor(times.length * 0.95)] ?? 0);
}
