import { balanced } from './balanced.ts';
import { call } from './call.ts';
import { code } from './code.ts';
import type { Grammar, GrammarName } from './grammar.ts';
import { grammarNames, longestParsed } from './grammar.ts';
import { json, jsonRpc } from './json.ts';
import { shell, slash } from './shell.ts';
import { sql } from './sql.ts';

const grammars: Readonly<Record<GrammarName, Grammar>> = {
  'json-rpc': jsonRpc,
  call,
  slash,
  sql,
  json,
  shell,
  code,
  balanced,
};

/** Why a text is not what a grammar takes; null where it is. Never throws; what is too long to parse is a fault. */
export function grammarFault(name: GrammarName, text: string): string | null {
  if (text.length > longestParsed) return `it has more than ${longestParsed} characters, too many to be checked`;
  try {
    return grammars[name].fault(text);
  } catch (error) {
    return `it cannot be parsed (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** A log's assistant errs: a grammar is a destination's own where it takes this share of what was sent there. */
const nearlyAll = 0.9;
const fewestPayloads = 12;
/** Payloads looked at per destination. */
const sample = 400;

/** The strictest grammar that takes nearly all payloads of a destination; null where none does. */
export function learnGrammar(payloads: readonly string[]): GrammarName | null {
  const seen = payloads.slice(0, sample);
  if (seen.length < fewestPayloads) return null;
  return (
    grammarNames.find((name) => {
      const taken = seen.filter((payload) => grammarFault(name, payload) === null).length;
      return taken >= nearlyAll * seen.length;
    }) ?? null
  );
}
