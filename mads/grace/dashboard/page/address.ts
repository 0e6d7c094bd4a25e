import { useEffect, useState } from 'preact/hooks';

export const ranges = {
  hour: { title: 'Last hour', ms: 3_600_000 },
  day: { title: 'Last 24 hours', ms: 86_400_000 },
  week: { title: 'Last 7 days', ms: 604_800_000 },
  month: { title: 'Last 30 days', ms: 2_592_000_000 },
  all: { title: 'All time', ms: null },
} as const;
export type Range = keyof typeof ranges;

/** What the page shows, kept in its address so that it can be shared and survives a reload. */
export interface View {
  /** Null: all roles. */
  readonly role: string | null;
  readonly range: Range;
  /** Decision that is explained. */
  readonly decision: string | null;
  readonly page: Page;
  /** Process that is looked at. */
  readonly process: ProcessName | null;
  /** Conversation that is read. */
  readonly conversation: string | null;
}

export const pages = { overview: 'Overview', processes: 'Processes' } as const;
export type Page = keyof typeof pages;

export interface ProcessName {
  readonly role: string;
  readonly name: string;
}

function read(): View {
  const query = new URLSearchParams(location.search);
  const range = query.get('range') ?? 'all';
  const [name, of] = [query.get('process'), query.get('of')];
  return {
    role: query.get('role'),
    range: Object.hasOwn(ranges, range) ? (range as Range) : 'all',
    decision: query.get('decision'),
    page: query.get('page') === 'processes' ? 'processes' : 'overview',
    process: name === null || of === null ? null : { role: of, name },
    conversation: query.get('conversation'),
  };
}

export function addressOf(view: View): string {
  const query = new URLSearchParams();
  if (view.role !== null) query.set('role', view.role);
  if (view.range !== 'all') query.set('range', view.range);
  if (view.decision !== null) query.set('decision', view.decision);
  if (view.page !== 'overview') query.set('page', view.page);
  if (view.process !== null) query.set('process', view.process.name);
  if (view.process !== null) query.set('of', view.process.role);
  if (view.conversation !== null) query.set('conversation', view.conversation);
  return query.size === 0 ? location.pathname : `?${query.toString()}`;
}

export function useView(): readonly [View, (change: Partial<View>) => void] {
  const [view, setView] = useState(read);
  useEffect(() => {
    const back = (): void => setView(read());
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);
  const change = (changes: Partial<View>): void => {
    const next = { ...read(), ...changes };
    history.pushState(null, '', addressOf(next));
    setView(next);
  };
  return [view, change];
}
