import { code } from './code.ts';
import type { Draw } from './draw.ts';

const endings: Readonly<Record<string, string>> = {
  python: 'py',
  javascript: 'js',
  java: 'java',
  go: 'go',
  rust: 'rs',
  ruby: 'rb',
  typescript: 'ts',
};

/** A change to a code file as `git diff` or `diff -u` shows it. */
export function diff(draw: Draw): string {
  const language = draw.pick(Object.keys(endings));

  // A third of all changes are to pages of text.
  const isText = draw.chance(0.33);
  const lines = (count: number): string[] =>
    isText
      ? draw.list(count, () => draw.phrase('«‹sentence›.¦‹sentence›. ‹sentence›.¦## ‹adjective› ‹noun›¦- ‹sentence›¦»'))
      : code(draw, language).split('\n').slice(0, count);
  const before = lines(draw.int(3, 14));
  const after = lines(draw.int(1, 6));
  const path = draw.phrase(
    `«src¦lib¦tests¦app¦docs»/‹noun›/‹stem›_‹verb›.${isText ? draw.pick(['md', 'txt', 'rst']) : (endings[language] ?? 'txt')}`,
  );
  const at = draw.int(0, before.length - 1);
  const removed = draw.chance(0.85) ? draw.int(1, 3) : 0;
  const hunk = (start: number): string[] => [
    `@@ -${start},${before.length} +${start},${before.length - removed + after.length} @@${draw.chance(0.4) ? ` ${before[0]}` : ''}`,
    ...before.slice(0, at).map((line) => ` ${line}`),
    ...before.slice(at, at + removed).map((line) => `-${line}`),
    ...after.map((line) => `+${line}`),
    ...before.slice(at + removed).map((line) => ` ${line}`),
  ];
  const hunks = draw.list(draw.chance(0.25) ? 2 : 1, (index) => hunk(draw.int(1, 300) + index * 300)).flat();
  const names = [`--- a/${path}`, `+++ b/${path}`];
  const head = draw.pick([
    [`diff --git a/${path} b/${path}`, `index ${draw.hex(7)}..${draw.hex(7)} 100644`, ...names],
    names,
    [`--- ${path}\t2026-03-0${draw.int(1, 9)} 10:00:00`, `+++ ${path}\t2026-03-1${draw.int(0, 9)} 11:00:00`],
    [`Index: ${path}`, '='.repeat(67), ...names],
  ]);
  return [...(draw.chance(0.9) ? head : []), ...hunks].join('\n');
}
