import type { Candidate } from '../../engine/core/candidate-source.ts';
import type { ContextChoice } from '../../engine/core/decision.ts';

/** A candidate with what the assembly must know of it. Pieces stand in time order. */
export interface Piece {
  readonly candidate: Candidate;
  /** Usefulness; higher is better, any scale. */
  readonly score: number;
  /** Pieces of one group go in together or not at all: a tool call and its results. Null: it stands alone. */
  readonly group: string | null;
  /** Above 0 it goes in before what is chosen by score, the highest first: 2 system text, 1 the newest turns. */
  readonly priority: 0 | 1 | 2;
}

export interface Assembly {
  /** What goes in, in time order. */
  readonly chosen: readonly Candidate[];
  /** One per piece, in time order. */
  readonly choices: readonly ContextChoice[];
  /** Tokens of `chosen`; never more than the budget. */
  readonly tokens: number;
  /** Ids that would come in with `roomForMore` tokens more. */
  readonly next: readonly string[];
}

/** How much larger a budget the trace looks at, in tokens. */
export const roomForMore = 500;

/** What is decided on as one: a piece, or the pieces of a group. */
interface Unit {
  readonly places: readonly number[];
  readonly score: number;
  readonly tokens: number;
  readonly priority: number;
}

/**
 * Fills a token budget: by priority, then by score (of prior pieces the newest first), each that still fits. A text that is in already does not
 * go in twice. Cost: sorting the pieces.
 *
 * @param budget tokens, 0 or more
 */
export function assemble(pieces: readonly Piece[], budget: number): Assembly {
  const reasons = new Map<number, string>();
  const units = unitsOf(pieces, duplicatesOf(pieces, reasons));
  const taken = fill(units, budget);
  const inContext = new Set(taken.flatMap((unit) => unit.places));
  for (const unit of units) {
    const isIn = taken.includes(unit);
    for (const place of unit.places) reasons.set(place, reasonOf(unit, isIn, budget));
  }
  // What a larger budget would add to this one, not what it would choose afresh: a piece that is in stays in.
  const left = budget - taken.reduce((sum, unit) => sum + unit.tokens, 0);
  const more = fill(
    units.filter((unit) => !taken.includes(unit)),
    left + roomForMore,
  );
  const next = more.flatMap((unit) => unit.places).sort((a, b) => a - b);
  for (const place of next) reasons.set(place, `${reasons.get(place)}; in with ${roomForMore} tokens more`);
  const chosen = pieces.filter((_, place) => inContext.has(place)).map(({ candidate }) => candidate);
  return {
    chosen,
    choices: pieces.map(({ candidate, score }, place) => ({
      id: candidate.id,
      chosen: inContext.has(place),
      score,
      tokens: candidate.tokens,
      reason: reasons.get(place) ?? 'left out',
    })),
    tokens: chosen.reduce((sum, { tokens }) => sum + tokens, 0),
    next: next.map((place) => pieces[place]!.candidate.id),
  };
}

/** Best first; the newest first where equal. What does not fit is passed over, and smaller ones may follow. */
function fill(units: readonly Unit[], budget: number): Unit[] {
  const last = (unit: Unit): number => unit.places.at(-1) ?? 0;
  const order = units.toSorted(
    (a, b) => b.priority - a.priority || (a.priority > 0 ? 0 : b.score - a.score) || last(b) - last(a),
  );
  const taken: Unit[] = [];
  let left = budget;
  for (const unit of order) {
    if (unit.tokens > left) continue;
    left -= unit.tokens;
    taken.push(unit);
  }
  return taken;
}

/**
 * Places of pieces that say what another piece says; of equal texts the one of highest priority stays, else the newest.
 * Pieces of a group, and pieces without words, are never duplicates.
 */
function duplicatesOf(pieces: readonly Piece[], reasons: Map<number, string>): ReadonlySet<number> {
  const alike = new Map<string, number[]>();
  for (const [place, { candidate, group }] of pieces.entries()) {
    const text = candidate.text.trim();
    if (group !== null || text === '') continue;
    const key = `${candidate.speaker}\n${text}`;
    const places = alike.get(key);
    if (places === undefined) alike.set(key, [place]);
    else places.push(place);
  }
  const dropped = new Set<number>();
  for (const places of alike.values()) {
    const stays = places.reduce((kept, place) => (pieces[place]!.priority >= pieces[kept]!.priority ? place : kept));
    for (const place of places) {
      if (place === stays || pieces[place]!.priority > 0) continue;
      dropped.add(place);
      reasons.set(place, `says the same as ${pieces[stays]!.candidate.id}`);
    }
  }
  return dropped;
}

function unitsOf(pieces: readonly Piece[], dropped: ReadonlySet<number>): Unit[] {
  const groups = new Map<string, number[]>();
  for (const [place, { group }] of pieces.entries()) {
    if (dropped.has(place)) continue;
    const key = group === null ? `piece ${place}` : `group ${group}`;
    const places = groups.get(key);
    if (places === undefined) groups.set(key, [place]);
    else places.push(place);
  }
  return [...groups.values()].map((places) => ({
    places,
    score: places.reduce((best, place) => Math.max(best, pieces[place]!.score), -Infinity),
    tokens: places.reduce((sum, place) => sum + pieces[place]!.candidate.tokens, 0),
    priority: places.reduce((most, place) => Math.max(most, pieces[place]!.priority), 0),
  }));
}

function reasonOf(unit: Unit, isIn: boolean, budget: number): string {
  const together = unit.places.length > 1 ? ', together with its call or results' : '';
  if (isIn) return `${unit.priority > 0 ? 'always in' : 'useful enough for the budget'}${together}`;
  if (unit.tokens > budget) return `larger than the whole budget of ${budget} tokens${together}`;
  return `${unit.priority > 0 ? 'newer pieces filled the budget' : 'more useful pieces filled the budget'}${together}`;
}
