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

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const read = new WeakMap<DialogueTurn, readonly Moment[]>();

/** Moments of a user's turn, seen from when it was said; none where that is unknown. Read once per turn. */
export function momentsOf(turn: DialogueTurn): readonly Moment[] {
  const held = read.get(turn);
  if (held !== undefined) return held;
  const moments = turn.time === undefined ? [] : momentsIn(turn.text, turn.time);
  read.set(turn, moments);
  return moments;
}

/**
 * `tomorrow at 5pm` -> `2026-03-05`, `Thursday`, `17:00` and `2026-03-05T17:00`. `now`: milliseconds since 1970, read as UTC; a day
 * of the week is the next one.
 */
export function momentsIn(text: string, now: number): Moment[] {
  if (text.length > limits.characters || !hint.test(text) || !Number.isFinite(now)) return [];
  const found = chrono.parse(text, { instant: new Date(now), timezone: 0 }, { forwardDate: true });
  return found.slice(0, limits.moments).flatMap(({ index, text: piece, start, end }) =>
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
}

function weekdayOf(date: string): string {
  return weekdays[new Date(`${date}T00:00Z`).getUTCDay()] ?? '';
}
