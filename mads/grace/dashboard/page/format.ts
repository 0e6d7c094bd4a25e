const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compactNumber = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const dayTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

export function count(value: number): string {
  return value < 100_000 ? whole.format(value) : compactNumber.format(value);
}

/** A share in [0, 1] as a percentage; more digits where they matter. */
export function percent(share: number, digits?: number): string {
  const value = share * 100;
  const shown = digits ?? (value > 0 && value < 10 ? 1 : value > 99 && value < 100 ? 1 : 0);
  const text = value.toFixed(shown);
  return `${digits === undefined ? text.replace(/\.0$/, '') : text} %`;
}

export function usd(value: number): string {
  if (value === 0) return '$0';
  if (value < 0.01) return `$${value.toPrecision(2)}`;
  return `$${value.toFixed(value < 100 ? 2 : 0)}`;
}

/** Microseconds in the unit in which they read best. */
export function duration(microseconds: number): string {
  if (microseconds < 1000) return `${short(microseconds)} µs`;
  if (microseconds < 1_000_000) return `${short(microseconds / 1000)} ms`;
  return `${short(microseconds / 1_000_000)} s`;
}

function short(value: number): string {
  return value < 10 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0);
}

export function fullTime(time: number): string {
  return moment.format(time);
}

export function dayAndTime(time: number): string {
  return dayTime.format(time);
}

export function ago(time: number, now: number): string {
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return dayAndTime(time);
}

/** The beginning of a hash is enough to tell it from others. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
