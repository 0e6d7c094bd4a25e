import type { Move } from './moves.ts';
import { scalarsOf, valueKey, wordsOf } from './scalars.ts';

/** Values of one conversation that are looked for in what its user said. */
const mostWanted = 300;

/**
 * For each reply the argument, of a later call, whose value the user first gave in answer to it, and for each move the
 * tool that the user just gave values for.
 */
export function argumentsGiven(moves: readonly Move[]): {
  asked: (string | undefined)[];
  given: (string | undefined)[];
} {
  const asked: (string | undefined)[] = [];
  const given: (string | undefined)[] = [];
  const wanted: { tool: string; name: string; key: string }[] = [];
  const listed = new Set<string>();
  for (const move of moves) {
    if (move.kind !== 'call') continue;
    for (const { path, value } of scalarsOf(move.arguments)) {
      const key = valueKey(value);
      const name = `${move.tool}.${path}`;
      if (key.length === 0 || typeof value === 'boolean' || listed.has(`${name} ${key}`)) continue;
      listed.add(`${name} ${key}`);
      if (wanted.length < mostWanted) wanted.push({ tool: move.tool, name, key });
    }
  }
  if (wanted.length === 0) return { asked, given };
  const seen = new Set<string>();
  for (const [index, move] of moves.entries()) {
    if (move.kind !== 'said') continue;
    const said = ` ${wordsOf(move.text).join(' ')} `;
    const squeezed = valueKey(move.text);
    const hits = wanted.filter(
      ({ key }) => !seen.has(key) && (key.length > 3 ? squeezed.includes(key) : said.includes(` ${key} `)),
    );
    for (const { key } of hits) seen.add(key);
    // Tools of one task often take the same argument by the same name.
    const names = new Set(hits.map(({ tool, name }) => name.slice(tool.length)));
    const tools = new Set(hits.map(({ tool }) => tool));
    if (tools.size === 1) given[index + 1] = hits[0]?.tool;
    if (moves[index - 1]?.kind === 'reply' && names.size === 1) asked[index - 1] = hits[0]?.name;
  }
  return { asked, given };
}

/** Values shorter than this are alike by chance. */
const shortestFlow = 3;
/** Calls of one conversation that are looked at. */
const mostCalls = 60;

/** Pairs of tools, the later of which takes a value that the earlier one took or returned. */
export function flowsOf(moves: readonly Move[]): [string, string][] {
  const tools = new Map<string, string>();
  const held = new Map<string, Set<string>>();
  const pairs = new Map<string, [string, string]>();
  let calls = 0;
  const keep = (tool: string, value: unknown): void => {
    for (const scalar of scalarsOf(value)) {
      const key = typeof scalar.value === 'boolean' ? '' : valueKey(scalar.value);
      if (key.length >= shortestFlow) held.set(key, (held.get(key) ?? new Set<string>()).add(tool));
    }
  };
  for (const move of moves) {
    if (move.kind === 'result') keep(tools.get(move.callId) ?? '', move.value);
    if (move.kind !== 'call') continue;
    calls += 1;
    if (calls > mostCalls) break;
    tools.set(move.id, move.tool);
    for (const { value } of scalarsOf(move.arguments)) {
      for (const earlier of held.get(valueKey(value)) ?? []) {
        if (earlier !== move.tool && earlier !== '') pairs.set(`${earlier} ${move.tool}`, [earlier, move.tool]);
      }
    }
    keep(move.tool, move.arguments);
  }
  return [...pairs.values()];
}
