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
  const path = draw.phrase(`«src¦lib¦tests¦app»/‹noun›/‹stem›_‹verb›.${endings[language] ?? 'txt'}`);
  const before = code(draw, language).split('\n').slice(0, draw.int(3, 10));
  const after = code(draw, language).split('\n').slice(0, draw.int(1, 4));
  const at = draw.int(0, before.length - 1);
  const removed = draw.chance(0.85) ? 1 : 0;
  const start = draw.int(1, 300);
  const hunk = [
    `@@ -${start},${before.length} +${start},${before.length - removed + after.length} @@${draw.chance(0.4) ? ` ${before[0]}` : ''}`,
    ...before.slice(0, at).map((line) => ` ${line}`),
    ...before.slice(at, at + removed).map((line) => `-${line}`),
    ...after.map((line) => `+${line}`),
    ...before.slice(at + removed).map((line) => ` ${line}`),
  ];
  const names = [`--- a/${path}`, `+++ b/${path}`];
  const head = draw.pick([
    [`diff --git a/${path} b/${path}`, `index ${draw.hex(7)}..${draw.hex(7)} 100644`, ...names],
    names,
    [`--- ${path}\t2026-03-0${draw.int(1, 9)} 10:00:00`, `+++ ${path}\t2026-03-1${draw.int(0, 9)} 11:00:00`],
    [`Index: ${path}`, '='.repeat(67), ...names],
  ]);
  return [...(draw.chance(0.9) ? head : []), ...hunk].join('\n');
}
