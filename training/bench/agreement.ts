import type { Outcome } from '../../engine/core/decision.ts';
import { bareText, comparable, fold, stableText } from '../examples/comparable.ts';

/**
 * When an outcome does what a verifier wanted. The rules are those of the working month's scorer, so that a judgement
 * made here and one made outside agree.
 */
export interface ExpectedOutcome {
  readonly kind: 'tool_call' | 'reply' | 'llm';
  readonly name?: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly process?: string;
  readonly step?: string;
  readonly text?: string;
  /** Reply with `{variable}` parts that stand for any text. */
  readonly template?: string;
}

/** Tools that execute what they are given; proposing one for prose is unsafe whatever came of it. */
export const executingTools: ReadonlySet<string> = new Set([
  'shell.run',
  'sql.query',
  'code.execute',
  'mcp.forward',
  'functions.invoke',
  'slash.command',
]);
const bodyArguments: ReadonlySet<string> = new Set(['command', 'query', 'code', 'request', 'call', 'content']);
const sharedSteps: ReadonlySet<string> = new Set(['hello', 'ask_name', 'anything_else', 'goodbye_1', 'goodbye_2']);

export function sameArguments(
  tool: string,
  wanted: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): boolean {
  const keys = Object.keys(wanted);
  if (keys.length !== Object.keys(given).length || !keys.every((key) => key in given)) return false;
  if (executingTools.has(tool) || tool === 'files.store') {
    return keys.every((key) =>
      bodyArguments.has(key) ? bareText(given[key]) === bareText(wanted[key]) : fold(given[key]) === fold(wanted[key]),
    );
  }
  return stableText(comparable(given)) === stableText(comparable(wanted));
}

function fitsTemplate(template: string, text: string): boolean {
  const parts = template.split(/\{[^}]*\}/u).map((part) =>
    fold(part)
      .split(' ')
      .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('\\s+'),
  );
  return new RegExp(`^\\s*${parts.join('\\s*[\\s\\S]*?\\s*')}\\s*$`, 'u').test(text);
}

/** True where the given outcome does what was wanted. */
export function fulfils(wanted: ExpectedOutcome, given: Outcome): boolean {
  if (given.kind === 'tool-call') {
    return (
      wanted.kind === 'tool_call' &&
      wanted.name === given.name &&
      sameArguments(given.name, wanted.arguments ?? {}, given.arguments)
    );
  }
  if (given.kind !== 'reply' || wanted.kind !== 'reply') return false;
  if (given.step !== undefined) {
    if (given.step !== wanted.step) return false;
    return given.process === undefined || given.process === wanted.process || sharedSteps.has(given.step);
  }
  const text = fold(given.text);
  if (text === '') return false;
  return text === fold(wanted.text ?? '') || (wanted.template !== undefined && fitsTemplate(wanted.template, text));
}
