import type { RepeatedWording, SettledWording } from '../../datasets/log/repeated-wordings.ts';
import type { ProcessOutcomes } from '../../datasets/log/process-outcomes.ts';
import type { StoredProcess } from '../../datasets/processes/stored-process.ts';
import type { Clock, IdSource } from '../../engine/core/clock.ts';
import type { Outcome } from '../../engine/core/decision.ts';
import { canonicalJson } from '../../engine/core/hash.ts';
import type { Movement, ProcessStanding } from '../../engine/core/learning.ts';
import type { ToolCallPart } from '../../engine/core/message.ts';
import { plainWording, routeKey, type GraduatedRoute } from '../../engine/tiers/graduated-routes.ts';
import { anytimeUpper } from '../../models/anytime.ts';
import { moveProcesses, type Move } from './process-ladder.ts';
import type { ServingMapper } from './serving-mapper.ts';

export interface GraduationSettings {
  readonly role: string;
  readonly alpha: number;
  readonly delta: number;
}

/** Times that the process mapper must have settled a wording the same way: its process is certified, and no slot open. */
const fewestSettled = 3;
/** New wordings of one role that are looked at together. Each has this part of `delta` for all times, so that twenty share it. */
const mostPatterns = 20;

interface Pattern {
  readonly key: string;
  readonly text: string;
  /** Labelled messages by deed. */
  readonly deeds: Map<string, { outcome: Outcome | null; rows: number; human: number; persons: Set<string> }>;
}

/**
 * Which wordings go by a deterministic route: always the same deed with the same arguments, proved on labels that none
 * of our own tiers gave and that come from more than one person, settled by the process mapper in the same way. A route
 * whose bound breaks, or of which a person says that it is wrong, is demoted. The same log gives the same routes.
 */
export function graduate(
  before: readonly GraduatedRoute[],
  labelled: readonly RepeatedWording[],
  settled: readonly SettledWording[],
  settings: GraduationSettings,
): { readonly routes: readonly GraduatedRoute[]; readonly moves: readonly Omit<Movement, 'id' | 'time'>[] } {
  const { role, alpha, delta } = settings;
  const had = new Map(before.filter((route) => route.role === role).map((route) => [route.key, route]));
  const patterns = patternsOf(labelled);
  const mapped = mappedDeeds(settled);
  const share = delta / mostPatterns;
  const moves: Omit<Movement, 'id' | 'time'>[] = [];
  const routes: GraduatedRoute[] = [];
  const candidates = [...patterns.values()]
    .filter(({ key, text }) => had.has(key) || mapped.has(text))
    .toSorted((a, b) => rowsOf(b) - rowsOf(a) || (a.key < b.key ? -1 : 1))
    .slice(0, mostPatterns + had.size);
  for (const pattern of candidates) {
    const old = had.get(pattern.key);
    const [deed, best] = [...pattern.deeds].toSorted((a, b) => b[1].rows - a[1].rows)[0] ?? [];
    const wanted = old === undefined ? deed : canonicalJson(old.outcome);
    const right = wanted === undefined ? undefined : pattern.deeds.get(wanted);
    const outcome = old?.outcome ?? best?.outcome ?? null;
    if (outcome === null || wanted === undefined) continue;
    const rows = rowsOf(pattern);
    const errors = rows - (right?.rows ?? 0);
    const contradicted = [...pattern.deeds].some(([name, { human }]) => name !== wanted && human > 0);
    const errorUpper = anytimeUpper(errors, rows, share);
    // what one person means by it (his own account, say) is not what another does
    const isShared = (right?.persons.size ?? 0) > 1;
    const holds = errorUpper <= alpha && !contradicted && isShared;
    const route = { role, key: pattern.key, text: pattern.text, outcome, rows, errors, errorUpper, alpha };
    const move = { role, what: `“${pattern.text}” → ${nameOf(outcome)}`, rows, errors, errorUpper };
    if (old !== undefined && !holds) {
      const doubt = isShared ? `its error may be above ${alpha}` : 'only one person means this by it';
      const why = contradicted ? 'a person said that it means something else' : doubt;
      moves.push({ ...move, kind: 'demoted', from: 'dtr', to: 'lppm', why });
      continue;
    }
    if (old === undefined) {
      const ways = mapped.get(pattern.text);
      const isMapped = ways?.size === 1 && (ways.get(wanted) ?? 0) >= fewestSettled;
      if (!holds || !isMapped) continue;
      moves.push({ ...move, kind: 'graduated', from: 'lppm', to: 'dtr', why: 'always the same deed, no slot open' });
    }
    routes.push(route);
  }
  const seen = new Set(candidates.map(({ key }) => key));
  // of what the log says nothing any more, nothing is known to be wrong
  for (const [key, route] of had) if (!seen.has(key)) routes.push(route);
  return { routes: routes.toSorted((a, b) => (a.key < b.key ? -1 : 1)), moves };
}

function rowsOf({ deeds }: Pattern): number {
  return [...deeds.values()].reduce((sum, { rows }) => sum + rows, 0);
}

function patternsOf(labelled: readonly RepeatedWording[]): Map<string, Pattern> {
  const patterns = new Map<string, Pattern>();
  for (const row of labelled) {
    const before = row.beforeAuthor === null ? null : { author: row.beforeAuthor, text: row.beforeText ?? '' };
    const key = routeKey(row.text, before);
    if (key === null) continue;
    const pattern = patterns.get(key) ?? { key, text: plainWording(row.text), deeds: new Map() };
    patterns.set(key, pattern);
    const outcome = row.corrected === null ? outcomeOf(row.deed) : plain(JSON.parse(row.corrected) as Outcome | null);
    const deed = outcome === null ? `words ${row.deed}` : canonicalJson(outcome);
    const sum = pattern.deeds.get(deed) ?? { outcome, rows: 0, human: 0, persons: new Set<string>() };
    sum.rows += row.labelled;
    sum.human += row.human;
    for (const person of row.persons) sum.persons.add(person);
    pattern.deeds.set(deed, sum);
  }
  return patterns;
}

/** One call and nothing else; words are for whoever can choose them. */
function outcomeOf(parts: string): Outcome | null {
  const found = JSON.parse(parts) as readonly { readonly kind: string }[];
  const calls = found.filter((part): part is ToolCallPart => part.kind === 'tool-call');
  const [call] = calls;
  if (call === undefined || calls.length > 1) return null;
  return { kind: 'tool-call', name: call.name, arguments: call.arguments };
}

function plain<Known extends Outcome | null>(outcome: Known): Known | Outcome {
  return outcome?.kind === 'tool-call'
    ? { kind: 'tool-call', name: outcome.name, arguments: outcome.arguments }
    : outcome;
}

function mappedDeeds(settled: readonly SettledWording[]): Map<string, Map<string, number>> {
  const mapped = new Map<string, Map<string, number>>();
  for (const { text, outcome, times } of settled) {
    const ways = mapped.get(plainWording(text)) ?? new Map<string, number>();
    const deed = canonicalJson(plain(JSON.parse(outcome) as Outcome));
    ways.set(deed, (ways.get(deed) ?? 0) + times);
    mapped.set(plainWording(text), ways);
  }
  return mapped;
}

function nameOf(outcome: Outcome): string {
  return outcome.kind === 'tool-call' ? outcome.name : outcome.kind;
}

export interface GraduationParts {
  readonly queries: {
    repeatedWordings(role: string): Promise<readonly RepeatedWording[]>;
    settledWordings(role: string): Promise<readonly SettledWording[]>;
    processOutcomes(role: string): Promise<readonly ProcessOutcomes[]>;
  };
  /** Processes of a role as they are kept. */
  readonly processes: (role: string) => Promise<readonly StoredProcess[]>;
  /** What serves a role; null where nothing does. */
  readonly serving: (role: string) => Promise<ServingMapper | null>;
  readonly settings: { readonly alpha: number; readonly delta: number };
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The routes in force; called whenever they may have changed. */
  readonly load: (routes: readonly GraduatedRoute[]) => void;
  /** Where each process stands: those that are demoted settle nothing. Called like `load`. */
  readonly hold: (standings: readonly ProcessStanding[]) => void;
}

export interface GraduationState {
  readonly routes: readonly GraduatedRoute[];
  readonly moved: readonly Movement[];
  /** Absent in states of earlier versions. */
  readonly processes?: readonly ProcessStanding[];
}
export const nobodyGraduated: GraduationState = { routes: [], moved: [] };
const keptMoves = 200;

/** Looks after graduation while a server runs, and remembers what moved, newest first. */
export class Graduation {
  readonly #parts: GraduationParts;
  #state: GraduationState;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: GraduationParts, state: GraduationState) {
    this.#parts = parts;
    this.#state = state;
    this.#tell();
  }

  get state(): GraduationState {
    return this.#state;
  }

  moved(): readonly Movement[] {
    return this.#state.moved;
  }

  /** Everything that may have moved. */
  look(roles: readonly string[]): Promise<void> {
    return this.#inTurn(roles, true);
  }

  /** What became of processes, and which routes break; no words graduate. */
  review(roles: readonly string[]): Promise<void> {
    return this.#inTurn(roles, false);
  }

  /** Looks follow each other: each begins with what the one before left. */
  #inTurn(roles: readonly string[], mayGraduate: boolean): Promise<void> {
    const look = async (): Promise<void> => {
      for (const role of roles) {
        await this.#lookAtProcesses(role);
        await this.#lookAtWords(role, mayGraduate);
      }
      this.#tell();
    };
    const mine = this.#looking.then(look);
    this.#looking = mine.catch(() => undefined);
    return mine;
  }

  async #lookAtProcesses(role: string): Promise<void> {
    const { queries, processes, serving, settings, clock } = this.#parts;
    const facts = {
      role,
      stored: await processes(role),
      serving: await serving(role),
      outcomes: await queries.processOutcomes(role),
    };
    const before = this.#state.processes ?? [];
    const { standings, moves } = moveProcesses(before, { ...facts, ...settings, now: clock.now() });
    const others = before.filter((one) => one.role !== role);
    this.#keep({ ...this.#state, processes: [...others, ...standings] }, moves);
  }

  async #lookAtWords(role: string, mayGraduate: boolean): Promise<void> {
    const { queries, settings, clock } = this.#parts;
    const { routes: before } = this.#state;
    if (!mayGraduate && !before.some((route) => route.role === role)) return;
    const labelled = await queries.repeatedWordings(role);
    const settled = mayGraduate ? await queries.settledWordings(role) : [];
    const { routes, moves } = graduate(before, labelled, settled, { role, ...settings });
    const others = before.filter((route) => route.role !== role);
    const timed = moves.map((move) => ({ ...move, time: clock.now() }));
    this.#keep({ ...this.#state, routes: [...others, ...routes] }, timed);
  }

  #keep(state: GraduationState, moves: readonly Move[]): void {
    const moved = moves.map((move) => ({ ...move, id: this.#parts.ids('mov') }));
    const all = [...moved.toReversed(), ...state.moved].toSorted((a, b) => b.time - a.time);
    this.#state = { ...state, moved: all.slice(0, keptMoves) };
  }

  #tell(): void {
    this.#parts.load(this.#state.routes);
    this.#parts.hold(this.#state.processes ?? []);
  }
}
