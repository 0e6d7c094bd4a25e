import type { MineResult } from '../../../training/queue/queue.ts';

/** What a search came to, in one line. */
export function minedText({ fresh, changed, same, missed, dropped }: MineResult): string {
  const parts = [
    [fresh.length, 'new'],
    [changed.length, 'changed'],
    [same.length, 'as they were'],
    [missed.length, 'not found again'],
    [dropped.length, 'dropped'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return said.length === 0 ? 'no process found' : said.join(', ');
}
