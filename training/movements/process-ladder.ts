import type { ProcessOutcomes } from '../../datasets/log/process-outcomes.ts';
import type { StoredProcess } from '../../datasets/processes/stored-process.ts';
import { isDrawnForAudit } from '../../engine/core/audit-draw.ts';
import type { Movement, ProcessStage, ProcessStanding } from '../../engine/core/learning.ts';
import { anytimeLower, anytimeUpper } from '../../models/anytime.ts';
import type { ServingMapper } from './serving-mapper.ts';

export interface ProcessFacts {
  readonly role: string;
  readonly stored: readonly StoredProcess[];
  readonly serving: ServingMapper | null;
  readonly outcomes: readonly ProcessOutcomes[];
  /** Error budget, and the probability that one of the role's processes is demoted by chance. */
  readonly alpha: number;
  readonly delta: number;
  readonly now: number;
}

export type Move = Omit<Movement, 'id'>;

/** Each process has this part of `delta` for all times under one mapper, so that twenty share it; two ways to count halve it. */
const mostProcesses = 20;
const way = ['proposed', 'approved', 'learned', 'graduated'] as const;

/**
 * What moved since `before`: each process that was found, approved, taught or certified takes its steps in order, and one
 * whose words from people prove more errors than the budget goes back to the LLM until another mapper serves. The same
 * facts give the same moves, and moves only once.
 */
export function moveProcesses(
  before: readonly ProcessStanding[],
  facts: ProcessFacts,
): { readonly standings: readonly ProcessStanding[]; readonly moves: readonly Move[] } {
  const had = new Map(before.filter(({ role }) => role === facts.role).map((one) => [one.process, one]));
  const stored = new Map(facts.stored.map((one) => [one.definition.name, one]));
  const { serving } = facts;
  // what the mapper learned from the log alone has no file
  const unwritten = facts.outcomes.filter(({ process, mapper }) => !stored.has(process) && mapper === serving?.mapper);
  const names = new Set([...stored.keys(), ...unwritten.map(({ process }) => process), ...had.keys()]);
  const standings: ProcessStanding[] = [];
  const moves: Move[] = [];
  for (const process of [...names].toSorted()) {
    const one = new Course(process, stored.get(process) ?? null, facts).from(had.get(process) ?? null);
    moves.push(...one.moves);
    if (one.standing !== null) standings.push(one.standing);
  }
  return { standings, moves };
}

interface Step {
  readonly standing: ProcessStanding | null;
  readonly moves: readonly Move[];
}

/** One process on its way. */
class Course {
  readonly #process: string;
  readonly #stored: StoredProcess | null;
  readonly #facts: ProcessFacts;

  constructor(process: string, stored: StoredProcess | null, facts: ProcessFacts) {
    this.#process = process;
    this.#stored = stored;
    this.#facts = facts;
  }

  from(had: ProcessStanding | null): Step {
    const mapper = this.#facts.serving?.mapper ?? null;
    const { stage, lost } = this.#reached();
    const wasHigh = had?.stage === 'graduated' || had?.stage === 'learned' || had?.stage === 'approved';
    if (stage === null || (had?.stage === 'graduated' && stage !== 'graduated')) {
      const moves = wasHigh ? [this.#demotion(lost)] : [];
      return { standing: stage === null ? null : this.#at(stage, mapper), moves };
    }
    const why = stage === 'graduated' ? this.#broken() : null;
    // the same mapper stays demoted, whatever is said of it later; another one begins anew
    if (had?.stage === 'demoted' && (stage !== 'graduated' || had.mapper === mapper))
      return { standing: had, moves: [] };
    if (why !== null) {
      const first = had === null ? this.#steps(had, stage) : [];
      return { standing: { ...this.#at('demoted', mapper), why }, moves: [...first, this.#demotion(why)] };
    }
    return { standing: this.#at(stage, mapper), moves: this.#steps(had, stage) };
  }

  #at(stage: ProcessStage, mapper: string | null): ProcessStanding {
    return { role: this.#facts.role, process: this.#process, stage, mapper, why: '' };
  }

  /** How far it is now, and what keeps it from more. */
  #reached(): { readonly stage: (typeof way)[number] | null; readonly lost: string } {
    const { serving } = this.#facts;
    const stored = this.#stored;
    if (stored === null) {
      const isServed = serving?.mapper !== null && this.#outcomes() !== undefined;
      return {
        stage: isServed && serving?.settles === true ? 'graduated' : null,
        lost: 'the mapper that serves now does not know it',
      };
    }
    if (stored.state === 'retired')
      return { stage: null, lost: `retired by ${stored.history.at(-1)?.by ?? 'somebody'}` };
    if (stored.approved === null) return { stage: 'proposed', lost: 'it is not approved any more' };
    if (serving === null || !serving.taught.includes(stored.approved)) {
      return { stage: 'approved', lost: 'the mapper that serves now was not taught it' };
    }
    const { bound, settles } = serving;
    if (!settles || bound === null)
      return { stage: 'learned', lost: 'the bundle that serves now certifies nothing of it' };
    return { stage: 'graduated', lost: '' };
  }

  #outcomes(): ProcessOutcomes | undefined {
    const { outcomes, serving } = this.#facts;
    return outcomes.find(({ process, mapper }) => process === this.#process && mapper === serving?.mapper);
  }

  /**
   * Why people's words break the bound; null where they do not. Words about messages drawn at random speak for all;
   * people who complain of their own choose what went wrong, so these count as if nothing else were wrong.
   */
  #broken(): string | null {
    const found = this.#outcomes();
    if (found === undefined) return null;
    const { alpha, delta } = this.#facts;
    const share = delta / mostProcesses / 2;
    const drawn = found.judged.filter(({ decision }) => isDrawnForAudit(decision));
    const wrong = found.judged.filter(({ correct }) => !correct).length;
    const drawnWrong = drawn.filter(({ correct }) => !correct).length;
    if (anytimeLower(drawnWrong, drawn.length, share) > alpha) {
      return `people called ${drawnWrong} of ${drawn.length} answers drawn at random wrong`;
    }
    if (anytimeLower(wrong, found.settled, share) > alpha) {
      return `people called ${wrong} of all ${found.settled} answers wrong`;
    }
    return null;
  }

  #demotion(why: string): Move {
    const { role, now, serving, delta } = this.#facts;
    const found = this.#outcomes();
    const rows = found?.settled ?? 0;
    const errors = found?.judged.filter(({ correct }) => !correct).length ?? 0;
    const errorUpper = rows === 0 ? null : anytimeUpper(errors, rows, delta / mostProcesses);
    return {
      role,
      time: now,
      kind: 'demoted',
      what: this.#process,
      from: 'lppm',
      to: 'imperator',
      why,
      rows,
      errors,
      errorUpper,
      evidence: serving === null ? [] : [`bundle ${serving.bundle}`, `mapper ${serving.mapper ?? 'none'}`],
    };
  }

  /** The steps between where it was and where it is, oldest first. */
  #steps(had: ProcessStanding | null, stage: ProcessStage): Move[] {
    const from = had === null || had.stage === 'demoted' ? -1 : way.indexOf(had.stage);
    const to = way.indexOf(stage as (typeof way)[number]);
    const skipsTo = had?.stage === 'demoted' || this.#stored === null ? to : 0;
    const first = Math.max(from + 1, skipsTo);
    return way.slice(first, to + 1).map((kind) => this.#move(kind));
  }

  #move(kind: (typeof way)[number]): Move {
    const { role, serving } = this.#facts;
    const base = { role, kind, what: this.#process, from: 'imperator', to: 'lppm' } as const;
    return {
      ...base,
      ...(kind === 'proposed' || kind === 'approved' ? this.#decided(kind) : this.#taught(kind, serving)),
    };
  }

  #decided(kind: 'proposed' | 'approved') {
    const { evidence, history, approved, version } = this.#stored as StoredProcess;
    const event = kind === 'approved' ? history.findLast(({ what }) => what === 'approved') : history[0];
    const rows = evidence?.support ?? 0;
    const errors = Math.round(rows * (1 - (evidence?.fitness ?? 1)));
    const by = event?.by ?? 'somebody';
    const found =
      evidence === null
        ? `written by ${by}`
        : `the LLM did it ${rows} times in ${evidence.conversations.length} conversations`;
    return {
      time: event?.time ?? this.#facts.now,
      why: kind === 'approved' ? `approved by ${by}` : found,
      rows,
      errors,
      errorUpper: rows === 0 ? null : anytimeUpper(errors, rows, this.#facts.delta / mostProcesses),
      evidence: [`version ${kind === 'approved' ? (approved ?? version) : version}`],
    };
  }

  #taught(kind: 'learned' | 'graduated', serving: ServingMapper | null) {
    const { rows, errors, errorUpper } = serving?.bound ?? { rows: 0, errors: 0, errorUpper: null };
    const own = this.#stored === null ? 'the mapper found it in the log; ' : '';
    return {
      time: Math.max(serving?.since ?? 0, this.#latest()),
      why:
        kind === 'learned'
          ? 'a mapper that was taught it serves'
          : `${own}the bundle that serves is certified for the budget`,
      rows: kind === 'learned' ? (this.#stored?.evidence?.support ?? 0) : rows,
      errors: kind === 'learned' ? 0 : errors,
      errorUpper: kind === 'learned' ? null : errorUpper,
      evidence: [`bundle ${serving?.bundle ?? 'none'}`, `mapper ${serving?.mapper ?? 'none'}`],
    };
  }

  /** A bundle that served before the approval cannot have been the one that was taught. */
  #latest(): number {
    return this.#stored?.history.findLast(({ what }) => what === 'approved')?.time ?? 0;
  }
}
