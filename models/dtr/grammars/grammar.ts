/** What a text must be before it may be run: `fault` says in one plain sentence why it is not, null where it is. */
export interface Grammar {
  readonly name: GrammarName;
  fault(text: string): string | null;
}

/** From the strictest to the floor; each takes less than those behind it that know the same kind of text. */
export const grammarNames = ['json-rpc', 'call', 'slash', 'sql', 'json', 'shell', 'code', 'balanced'] as const;
export type GrammarName = (typeof grammarNames)[number];

/** Longer texts, and deeper ones, are not parsed but passed up: work is bounded. UTF-16 code units, levels. */
export const longestParsed = 32_768;
export const deepestParsed = 200;
