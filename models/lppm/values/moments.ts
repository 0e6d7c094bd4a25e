import * as chrono from 'chrono-node';
import type { DialogueTurn } from '../example.ts';

/** A day or an hour that a text names, in ISO form. */
export interface Moment {
  readonly value: string;
  readonly type: 'iso-date' | 'iso-time' | 'iso-moment' | 'weekday';
  /** Where it stands in the text, characters. */
  readonly start: number;
  readonly end: number;
}

/** Longer texts are not read for moments, and no more than so many are taken. */
const limits = { characters: 600, moments: 8 } as const;
/** A text without any of these names no moment: reading it would be wasted. */
const hint =
  /\d|day|morrow|night|noon|week|month|year|morning|evening|\b(mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;

/** Any day will do where only hours, or places of words, are asked for. */
const anyDay = Date.UTC(2024, 0, 10);
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const read = new WeakMap<DialogueTurn, { readonly day: number | null; readonly moments: readonly Moment[] }>();

/**
 * Moments of a user's turn, seen from when it was said; where that is unknown from `day` (milliseconds since 1970), and
 * without one hours alone. Read once per turn.
 */
export function momentsOf(turn: DialogueTurn, day: number | null = null): readonly Moment[] {
  const held = read.get(turn);
  if (held !== undefined && held.day === day) return held.moments;
  const from = turn.time ?? day;
  const moments =
    from === null ? momentsIn(turn.text, anyDay).filter(({ type }) => type === 'iso-time') : momentsIn(turn.text, from);
  read.set(turn, { day, moments });
  return moments;
}

/** Dates with their calls that are tried, and how much a day must explain to be the one. */
const undated = { calls: 120, candidates: 12, turns: 8, leastShare: 0.3, leastRight: 8 } as const;

/**
 * The day that dialogues without times were held on, milliseconds since 1970: of the dates that their calls name, the one
 * from which most others are read rightly. Null where no day explains them.
 */
export function dayOf(
  calls: readonly { readonly turns: readonly DialogueTurn[]; readonly arguments: Readonly<Record<string, unknown>> }[],
): number | null {
  const dated = calls.flatMap(({ turns, arguments: given }) => {
    const dates = Object.values(given).filter(isDate);
    const said = turns.filter(({ speaker, time }) => speaker === 'user' && time === undefined).slice(-undated.turns);
    return dates.length === 0 || said.length === 0 ? [] : [{ dates, said }];
  });
  if (dated.length < undated.leastRight) return null;
  const every = Math.ceil(dated.length / undated.calls);
  const tried = dated.filter((_, place) => place % every === 0);
  const counts = new Map<string, number>();
  for (const date of dated.flatMap(({ dates }) => dates)) counts.set(date, (counts.get(date) ?? 0) + 1);
  const byCount = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([date]) => date);
  // "today" is the earliest day that can be asked for
  const earliest = byCount.toSorted().slice(0, undated.candidates / 2);
  let best: { readonly day: number; readonly right: number } | null = null;
  for (const date of new Set([...earliest, ...byCount.slice(0, undated.candidates / 2)])) {
    const day = Date.parse(`${date}T00:00Z`);
    let right = 0;
    for (const { dates, said } of tried) {
      const found = new Set(said.flatMap(({ text }) => momentsIn(text, day).map(({ value }) => value)));
      right += dates.filter((one) => found.has(one)).length / dates.length;
    }
    if (right > (best?.right ?? 0)) best = { day, right };
  }
  return best !== null && best.right >= Math.max(undated.leastRight, undated.leastShare * tried.length)
    ? best.day
    : null;
}

function isDate(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && Number.isFinite(Date.parse(value));
}

/**
 * `tomorrow at 5pm` -> `2026-03-05`, `Thursday`, `17:00` and `2026-03-05T17:00`. `now`: milliseconds since 1970, read as UTC; a day
 * of the week is the next one.
 */
export function momentsIn(text: string, now: number): Moment[] {
  if (text.length > limits.characters || !hint.test(text) || !Number.isFinite(now)) return [];
  const found = chrono.parse(text, { instant: new Date(now), timezone: 0 }, { forwardDate: true });
  const hours = [...text.matchAll(spoken)].slice(0, limits.moments).flatMap(spokenHour);
  const moments = found.slice(0, limits.moments).flatMap(({ index, text: piece, start, end }) =>
    [start, ...(end === null || end === undefined ? [] : [end])].flatMap((part): Moment[] => {
      const place = { start: index, end: index + piece.length };
      const pad = (name: 'month' | 'day' | 'hour' | 'minute'): string => String(part.get(name) ?? 0).padStart(2, '0');
      const date = `${String(part.get('year')).padStart(4, '0')}-${pad('month')}-${pad('day')}`;
      const hour = `${pad('hour')}:${pad('minute')}`;
      const hasDay = part.isCertain('day') || part.isCertain('weekday');
      const hasHour = part.isCertain('hour');
      return [
        ...(hasDay ? [{ value: date, type: 'iso-date', ...place } as const] : []),
        ...(hasDay ? [{ value: weekdayOf(date), type: 'weekday', ...place } as const] : []),
        ...(hasHour ? [{ value: hour, type: 'iso-time', ...place } as const] : []),
        ...(hasDay && hasHour ? [{ value: `${date}T${hour}`, type: 'iso-moment', ...place } as const] : []),
      ];
    }),
  );
  const days = [...text.matchAll(dayOfMonth)].slice(0, limits.moments).flatMap((match) => monthDay(match, now));
  return [...hours, ...days, ...moments];
}

/** Days that the library does not read: `the 4th`, `the 12th of next month`; not where a month stands beside them. */
const monthNames = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const dayOfMonth = new RegExp(
  `(?<!(?:${monthNames})[a-z]*\\.?\\s+(?:the\\s+)?)\\b(\\d{1,2})(?:st|nd|rd|th)\\b(?!\\s*,?\\s*(?:of\\s+)?(?:${monthNames}))(?:\\s+of\\s+(this|the|next)\\s+month)?`,
  'gi',
);

function monthDay(match: RegExpMatchArray, now: number): Moment[] {
  const day = Number(match[1]);
  const today = new Date(now);
  const isPast = day < today.getUTCDate() && match[2] === undefined;
  const month = today.getUTCMonth() + (isPast || match[2]?.toLowerCase() === 'next' ? 1 : 0);
  const found = new Date(Date.UTC(today.getUTCFullYear(), month, day));
  // not every month has a 31st
  if (found.getUTCDate() !== day) return [];
  const date = found.toISOString().slice(0, 10);
  const place = { start: match.index ?? 0, end: (match.index ?? 0) + match[0].length };
  return [
    { value: date, type: 'iso-date', ...place },
    { value: weekdayOf(date), type: 'weekday', ...place },
  ];
}

/** Hours that the library does not read: `half past 12 in the afternoon`, `quarter to eight`, `morning 10:15`. */
const spoken =
  /\b(?:(morning|afternoon|evening|night)\s+(?:at\s+)?)?(?:(half|quarter|five|ten|twenty)\s+(past|after|to)\s+)?(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?:[:.](\d\d))?(?:\s*(a\.?m|p\.?m)\b\.?|\s+(?:o'?\W?clock\s+)?(?:in the|at)\s+(morning|afternoon|evening|night))?/gi;
const hourWords = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const minuteWords: Readonly<Record<string, number>> = { half: 30, quarter: 15, five: 5, ten: 10, twenty: 20 };

function spokenHour(match: RegExpMatchArray): Moment[] {
  const [, before, part, side, hourWord = '', minutes, half, after] = match.map((group) => group?.toLowerCase());
  const named = before ?? after;
  if (part === undefined && named === undefined) return [];
  let hour = /^\d/.test(hourWord) ? Number(hourWord) : hourWords.indexOf(hourWord);
  let minute = part === undefined ? Number(minutes ?? 0) : (minuteWords[part] ?? 0);
  if (hour > 24 || minute > 59) return [];
  if (side === 'to') {
    hour -= 1;
    minute = 60 - minute;
  }
  const isLate = half?.startsWith('p') ?? /afternoon|evening|night/.test(named ?? '');
  if (isLate && hour < 12) hour += 12;
  const value = `${String((hour + 24) % 24).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  const start = match.index ?? 0;
  return [{ value, type: 'iso-time', start, end: start + match[0].length }];
}

/** A piece of a text that names a day, an hour or both, whatever the day it was said. */
export interface Expression {
  readonly type: 'day' | 'hour' | 'moment' | 'clock';
  readonly start: number;
  readonly end: number;
}

const clock =
  /\b\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]m\b|[ap]\.m\.?|o['’ ]?clock\b)|\b(?:noon|midnight)\b|\b\d{1,2}[:.]\d\d\b/gi;
/** Expressions of time in a text, overlapping ones too: those of the library, and plain clock times. */
export function expressionsIn(text: string): Expression[] {
  if (text.length > limits.characters || !hint.test(text)) return [];
  const found: Expression[] = chrono
    .parse(text, { instant: new Date(anyDay), timezone: 0 })
    .slice(0, limits.moments)
    .map(({ index, text: piece, start }) => {
      const hasDay = start.isCertain('day') || start.isCertain('weekday');
      const type = start.isCertain('hour') ? (hasDay ? 'moment' : 'hour') : 'day';
      return { type, start: index, end: index + piece.length };
    });
  for (const match of text.matchAll(clock)) {
    found.push({ type: 'clock', start: match.index, end: match.index + match[0].length });
  }
  return found;
}

function weekdayOf(date: string): string {
  return weekdays[new Date(`${date}T00:00Z`).getUTCDay()] ?? '';
}
