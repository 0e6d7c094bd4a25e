import type { Candidate } from '../../engine/core/candidate-source.ts';
import type { ContextChoice, PieceForm } from '../../engine/core/decision.ts';

/** A piece in fewer tokens than its whole text. */
export interface ShorterForm {
  readonly form: Exclude<PieceForm, 'whole'>;
  readonly text: string;
  readonly tokens: number;
}

/** A candidate with what the assembly must know of it. Pieces stand in time order. */
export interface Piece {
  readonly candidate: Candidate;
  /** Usefulness; higher is better, any scale. */
  readonly score: number;
  /** Pieces of one group go in together or not at all: a tool call and its results. Null: it stands alone. */
  readonly group: string | null;
  /** Above 0 it goes in before what is chosen by score, the highest first: 2 system text, 1 the newest turns. */
  readonly priority: 0 | 1 | 2;
  /** What it takes as it stands, where that is not the candidate's own count. */
  readonly tokens?: number;
  /** Set where the candidate's text is a shorter form already, which says the same. */
  readonly form?: PieceForm;
  /** Shorter forms, longest first, made when they are needed: for a piece of which the whole does not fit into some tokens. */
  readonly shorter?: (room: number) => readonly ShorterForm[];
}

/** A piece that goes in, in the form in which it does. */
export interface Chosen {
  readonly candidate: Candidate;
  readonly form: PieceForm;
  readonly text: string;
  readonly tokens: number;
}

export interface Assembly {
  /** What goes in, in time order. */
  readonly chosen: readonly Chosen[];
  /** One per piece, in time order. */
  readonly choices: readonly ContextChoice[];
  /** Tokens of `chosen`; never more than the budget. */
  readonly tokens: number;
  /** Ids that would come in with `roomForMore` tokens more. */
  readonly next: readonly string[];
}

export interface AssemblyOptions {
  /**
   * Scores are log-odds of being useful, and a budget is paid in tokens: what brings most for its price goes in first.
   * Without it the best scores do, whatever they cost.
   */
  readonly byPrice?: boolean;
}

/** Logarithm of what a token spent on a piece brings. @param score log-odds, up to a constant of the question */
export function worthOf(score: number, tokens: number): number {
  return score - Math.log(Math.max(tokens, 1));
}

/** How much larger a budget the trace looks at, in tokens. */
export const roomForMore = 500;

/** What is decided on as one: a piece, or the pieces of a group. */
interface Unit {
  readonly places: readonly number[];
  /** What it is chosen by. */
  readonly score: number;
  readonly tokens: number;
  readonly priority: number;
}

/** A unit that goes in, and the shorter forms in which some of its pieces do, by place. */
interface Taken {
  readonly unit: Unit;
  readonly forms: ReadonlyMap<number, ShorterForm>;
  readonly tokens: number;
}

/**
 * Of the pieces that do not fit as they stand so many are tried in a shorter form, the best first: what comes after
 * them is hardly useful, and a context full of scraps and handles helps nobody.
 */
const mostShortened = 8;

/**
 * Fills a token budget: by priority, then by score or price (of prior pieces the newest first), each that still fits. A piece that
 * does not fit goes in shorter where it can. A text that is in already does not go in twice. Cost: sorting the pieces.
 *
 * @param budget tokens; none or less takes nothing in
 */
export function assemble(
  pieces: readonly Piece[],
  budget: number,
  { byPrice = false }: AssemblyOptions = {},
): Assembly {
  const reasons = new Map<number, string>();
  const units = unitsOf(pieces, duplicatesOf(pieces, reasons), byPrice);
  const taken = fill(pieces, units, budget, mostShortened);
  const inContext = new Map(
    taken.flatMap((one) => one.unit.places.map((place) => [place, one.forms.get(place)] as const)),
  );
  const unitsTaken = new Set(taken.map(({ unit }) => unit));
  for (const unit of units) {
    for (const place of unit.places) {
      const reason = reasonOf(unit, unitsTaken.has(unit), budget);
      const form = inContext.get(place)?.form;
      const shown = form === undefined ? '' : form === 'short' ? ', cut to what matters most' : ', as a handle';
      reasons.set(place, `${reason}${shown}`);
    }
  }
  // What a larger budget would add to this one, not what it would choose afresh: a piece that is in stays in.
  const left = budget - taken.reduce((sum, { tokens }) => sum + tokens, 0);
  const others = units.filter((unit) => !unitsTaken.has(unit));
  const more = fill(pieces, others, left + roomForMore, 0);
  const next = more.flatMap(({ unit }) => unit.places).sort((a, b) => a - b);
  const soon = new Set(next);
  for (const place of next) reasons.set(place, `${reasons.get(place)}; in with ${roomForMore} tokens more`);
  const chosen = pieces.flatMap((piece, place): Chosen[] => {
    if (!inContext.has(place)) return [];
    const { candidate } = piece;
    const short = inContext.get(place);
    const whole = { form: piece.form ?? 'whole', text: candidate.text, tokens: costOf(piece) } as const;
    return [{ candidate, ...whole, ...short }];
  });
  return {
    chosen,
    choices: pieces.map((piece, place) => ({
      id: piece.candidate.id,
      chosen: inContext.has(place),
      score: piece.score,
      tokens: inContext.get(place)?.tokens ?? costOf(piece),
      reason: reasons.get(place) ?? 'left out',
      ...(soon.has(place) ? { soon: true } : {}),
    })),
    tokens: chosen.reduce((sum, { tokens }) => sum + tokens, 0),
    next: next.map((place) => pieces[place]!.candidate.id),
  };
}

function costOf({ candidate, tokens }: Piece): number {
  return tokens ?? candidate.tokens;
}

/**
 * Best first; the newest first where equal. What does not fit is passed over, and smaller ones may follow.
 *
 * @param shortened how many that do not fit are tried in shorter forms
 */
function fill(pieces: readonly Piece[], units: readonly Unit[], budget: number, shortened: number): Taken[] {
  const last = (unit: Unit): number => unit.places.at(-1) ?? 0;
  const order = units.toSorted(
    (a, b) => b.priority - a.priority || (a.priority > 0 ? 0 : b.score - a.score) || last(b) - last(a),
  );
  const taken: Taken[] = [];
  let left = budget;
  let tries = shortened;
  for (const unit of order) {
    if (unit.tokens > left && tries <= 0) continue;
    const one = unit.tokens <= left ? { unit, forms: new Map(), tokens: unit.tokens } : fitted(pieces, unit, left);
    if (unit.tokens > left) tries -= 1;
    if (one === null) continue;
    left -= one.tokens;
    taken.push(one);
  }
  return taken;
}

/** The unit with as little cut as fits: its largest piece shorter first; null where even the shortest forms do not fit. */
function fitted(pieces: readonly Piece[], unit: Unit, room: number): Taken | null {
  const forms = new Map<number, ShorterForm>();
  let tokens = unit.tokens;
  const order = unit.places.toSorted((a, b) => costOf(pieces[b]!) - costOf(pieces[a]!) || a - b);
  for (const place of order) {
    const whole = costOf(pieces[place]!);
    const others = tokens - whole;
    const shorter = (pieces[place]!.shorter?.(room - others) ?? []).filter((one) => one.tokens < whole);
    const form = shorter.find((one) => others + one.tokens <= room) ?? shorter.at(-1);
    if (form === undefined) continue;
    forms.set(place, form);
    tokens = others + form.tokens;
    if (tokens <= room) return { unit, forms, tokens };
  }
  return null;
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

function unitsOf(pieces: readonly Piece[], dropped: ReadonlySet<number>, byPrice: boolean): Unit[] {
  const groups = new Map<string, number[]>();
  for (const [place, { group }] of pieces.entries()) {
    if (dropped.has(place)) continue;
    const key = group === null ? `piece ${place}` : `group ${group}`;
    const places = groups.get(key);
    if (places === undefined) groups.set(key, [place]);
    else places.push(place);
  }
  return [...groups.values()].map((places) => {
    const score = places.reduce((best, place) => Math.max(best, pieces[place]!.score), -Infinity);
    const tokens = places.reduce((sum, place) => sum + costOf(pieces[place]!), 0);
    const priority = places.reduce((most, place) => Math.max(most, pieces[place]!.priority), 0);
    return { places, score: byPrice ? worthOf(score, tokens) : score, tokens, priority };
  });
}

function reasonOf(unit: Unit, isIn: boolean, budget: number): string {
  const together = unit.places.length > 1 ? ', together with its call or results' : '';
  if (isIn) return `${unit.priority > 0 ? 'always in' : 'useful enough for the budget'}${together}`;
  if (unit.tokens > budget) return `larger than the whole budget of ${budget} tokens${together}`;
  return `${unit.priority > 0 ? 'newer pieces filled the budget' : 'more useful pieces filled the budget'}${together}`;
}
