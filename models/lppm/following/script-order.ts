import type { Random } from '../../../engine/core/clock.ts';
import { seededRandom } from '../../../engine/core/random.ts';
import type { DialogueTurn, LppmExample } from '../example.ts';
import { precedenceOrder, precedences } from '../../precedence.ts';
import { phasesOf, runsOf, type Run } from './runs.ts';

/** Steps in their order, and how sure each "then comes" is. */
export interface Ordered {
  readonly steps: readonly string[];
  /** For each step: share of orders, learned from the runs drawn anew, in which it follows the same step, or begins. */
  readonly trust: readonly number[];
}

/** The replies of a process that answer a user, in their order. */
export interface OrderedProcess {
  /** What is asked before the process's first call. */
  readonly gathering: Ordered;
  /** How it takes leave after its last one. */
  readonly closing: Ordered;
}

/** A step that may come next. */
export interface NextStep {
  readonly step: string;
  /** Share of redrawn logs whose order says the same, 0 to 1. */
  readonly trust: number;
  readonly place: 'start' | 'gathering' | 'closing';
}

/** Logs drawn anew (Felsenstein, "Confidence limits on phylogenies", 1985): enough for steps of 2.5 % of trust. */
const redrawn = 40;
/** With fewer runs any order would be chance. */
const fewestRuns = 4;
/** Runs that an order is learned from; more change nothing but time. */
const mostRuns = 400;

/**
 * In which order the replies of each process come, as far as its runs tell. The order says what is next where the agent
 * follows the script; people skip questions that were answered unasked, and one that is asked nonetheless is no error.
 */
export class ScriptOrder {
  readonly processes: Readonly<Record<string, OrderedProcess>>;

  constructor(processes: Readonly<Record<string, OrderedProcess>>) {
    this.processes = processes;
  }

  /** @param examples rows of a conversation in their order */
  static learn(examples: readonly LppmExample[], seed: number): ScriptOrder {
    const processes: Record<string, OrderedProcess> = {};
    const learned = [...runsOf(examples)].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [number, [process, all]] of learned.entries()) {
      if (all.length < fewestRuns) continue;
      const runs = all.slice(0, mostRuns);
      const random = seededRandom(seed + 7919 * number);
      const { gathering, closing } = phasesOf(runs);
      processes[process] = { gathering: orderOf(runs, gathering, random), closing: orderOf(runs, closing, random) };
    }
    return new ScriptOrder(processes);
  }

  /** What may come next after what the agent did last; empty where the order does not say. Steps must be filled in. */
  next(process: string | null, turns: readonly DialogueTurn[]): readonly NextStep[] {
    const own = process === null ? undefined : this.processes[process];
    if (own === undefined || turns.at(-1)?.speaker !== 'user') return [];
    const { gathering, closing } = own;
    const place = turns.findLastIndex(({ speaker }) => speaker !== 'user');
    const last = turns[place];
    // the first is often a greeting, and left out where the user has said what it is about
    if (last === undefined) return [0, 1].flatMap((number) => nextOf(gathering, number, 'start'));
    if (last.speaker !== 'agent') return [];
    const done = new Set(turns.flatMap(({ speaker, step }) => (speaker === 'agent' && step !== null ? [step] : [])));
    const after = ({ steps }: Ordered): number => (last.step === null ? 0 : steps.indexOf(last.step) + 1);
    const hasTold = turns[place - 1]?.speaker === 'result';
    const next = [
      ...(after(gathering) > 0 ? nextOf(gathering, after(gathering), 'gathering') : []),
      ...(after(closing) > 0 || hasTold ? nextOf(closing, after(closing), 'closing') : []),
    ];
    return next.filter(({ step }) => !done.has(step));
  }

  /**
   * Whether `step` was a right thing to do although the agent did `taken`: both keep to the script of `process`. How far
   * the order can be trusted is drawn for each conversation: an edge that comes back in 70 % of redrawn logs is right in
   * 70 % of conversations. Leave is taken only where the agent took it too, in whatever words.
   * @param taken step of the script, a call or a reply
   * @param draw from 0 to 1, the same for all turns of a conversation
   */
  allows(process: string, turns: readonly DialogueTurn[], step: string, taken: string, draw: number): boolean {
    const leaves = this.processes[process]?.closing.steps.includes(taken) === true;
    return this.next(process, turns).some(
      (next) => next.step === step && draw < next.trust && (next.place !== 'closing' || leaves),
    );
  }
}

function nextOf({ steps, trust }: Ordered, number: number, place: NextStep['place']): NextStep[] {
  const step = steps[number];
  return step === undefined ? [] : [{ step, trust: trust[number] as number, place }];
}

function orderOf(runs: readonly Run[], steps: readonly string[], random: Random): Ordered {
  const order = ranked(runs, steps);
  const found = order.map(() => 0);
  for (let draw = 0; draw < redrawn; draw += 1) {
    const other = ranked(
      runs.map(() => runs[Math.floor(random() * runs.length)] as Run),
      steps,
    );
    order.forEach((step, place) => {
      if (other.indexOf(step) === (place === 0 ? 0 : other.indexOf(order[place - 1] as string) + 1)) {
        found[place] = (found[place] as number) + 1;
      }
    });
  }
  return { steps: order, trust: found.map((count) => count / redrawn) };
}

function ranked(runs: readonly Run[], steps: readonly string[]): string[] {
  const numbers = new Map(steps.map((step, number) => [step, number]));
  const taken = runs.map((run) => run.flatMap(({ step }) => numbers.get(step) ?? []));
  const order = precedenceOrder(precedences(taken, steps.length), steps.length);
  return order.map((item) => steps[item] as string);
}
