import type { ToolDefinition } from '../../engine/core/tool-definition.ts';
import { tokenize } from '../text/ngrams.ts';

/** Users' turns that are read, from the end, and words of each. */
const read = { turns: 12, words: 200 } as const;
/** Shorter words (get, set, id) stand in everything. */
const shortest = 4;

/**
 * A tool that was not there when the mapper learned, and that the user speaks of: the mapper would take its business for
 * that of the most similar process that it knows. Told by the words of the tool's name that no known tool has. Null where nobody speaks of one.
 * @param known names of the tools that were offered in the log that taught
 * @param said words of the user, oldest first
 */
export function newToolSpokenOf(
  known: ReadonlySet<string>,
  offered: readonly ToolDefinition[],
  said: readonly string[],
): string | null {
  const fresh = offered.filter(({ name }) => !known.has(name));
  if (fresh.length === 0) return null;
  const common = new Set(offered.filter(({ name }) => known.has(name)).flatMap(wordsOf));
  const spoken = new Set(said.slice(-read.turns).flatMap((text) => tokenize(text, read.words).map(stemOf)));
  const named = fresh.find((tool) => wordsOf(tool).some((word) => !common.has(word) && spoken.has(word)));
  return named?.name ?? null;
}

/** Words of a tool's name: of `trip.getDirections` trip, direction. Those of its parameters are everybody's words. */
function wordsOf({ name }: ToolDefinition): string[] {
  return tokenize(name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[_.\-/]/g, ' '))
    .filter((word) => word.length >= shortest)
    .map(stemOf);
}

function stemOf(word: string): string {
  return word.length > shortest ? word.replace(/s$/, '') : word;
}
