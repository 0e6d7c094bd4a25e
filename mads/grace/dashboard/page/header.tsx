import type { Overview } from '../overview.ts';
import { addressOf, pages, ranges, type Page, type Range, type View } from './address.ts';
import { Select } from './choice.tsx';
import type { Connection } from './live.ts';
import { ThemeButton } from './theme.tsx';

const connections: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'No connection',
};

export function Header(props: {
  readonly view: View;
  readonly overview: Overview | null;
  readonly connection: Connection;
  readonly onChange: (change: Partial<View>) => void;
}) {
  const { view, overview, connection, onChange } = props;
  const roles = new Set([
    ...(overview?.roles ?? []).map((row) => row.role),
    ...(view.role === null ? [] : [view.role]),
  ]);
  return (
    <header class="top">
      <div class="top-inner">
        <h1>
          <img src="./icon.svg" alt="" width="22" height="22" />
          Thought Engine
        </h1>
        <nav class="pages" aria-label="Pages">
          {(Object.entries(pages) as [Page, string][]).map(([page, title]) => (
            <a
              key={page}
              href={addressOf({ ...view, page, process: null, decision: null, conversation: null })}
              {...(view.page === page ? { 'aria-current': 'page' as const } : {})}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                onChange({ page, process: null, decision: null, conversation: null });
              }}
            >
              {title}
            </a>
          ))}
        </nav>
        <span class="live" data-connection={connection} role="status">
          <span class="live-dot" aria-hidden="true" />
          {connections[connection]}
        </span>
        <div class="top-controls">
          <Select
            name="Role"
            value={view.role ?? ''}
            onChange={(value) => onChange({ role: value === '' ? null : value })}
            options={[['', 'All roles'], ...[...roles].map((role) => [role, role] as const)]}
          />
          <Select
            name="Time"
            value={view.range}
            onChange={(value) => onChange({ range: value as Range })}
            options={Object.entries(ranges).map(([value, { title }]) => [value, title] as const)}
          />
        </div>
        <ThemeButton />
      </div>
    </header>
  );
}
