import { codeCall, functionCall, protocolRequest, protocolResult, toolSchema } from './calls.ts';
import { code, codeLanguages } from './code.ts';
import { command } from './commands.ts';
import { delimited, json, settings, toml, xml, yaml } from './data-formats.ts';
import { diff } from './diffs.ts';
import { Draw } from './draw.ts';
import { foreignProse } from './foreign-prose.ts';
import { base64Image, svgImage } from './images.ts';
import { log } from './logs.ts';
import { proseKinds } from './prose.ts';
import { query } from './queries.ts';
import { traces } from './traces.ts';

/** What is to be done with a content: run it, store it, or understand it. */
export type CorpusClass = 'deterministic' | 'fixed' | 'prose';

/** One labelled snippet for the decision tree router's first day. */
export interface CorpusRow {
  readonly text: string;
  readonly class: CorpusClass;
  readonly subtype: string;
  /** Generator that wrote it; rows of one source share templates, so leave whole sources out when measuring. */
  readonly source: string;
}

/** One kind of snippet; also the palette of the sample desk. */
export interface SnippetKind {
  readonly class: CorpusClass;
  readonly subtype: string;
  readonly source: string;
  /** Share of the corpus, in parts of the sum of all weights. */
  readonly weight: number;
  readonly make: (draw: Draw) => string;
}

type Make = (draw: Draw) => string;
const kind = (group: CorpusClass, subtype: string, source: string, weight: number, make: Make): SnippetKind => ({
  class: group,
  subtype,
  source: `sample_${source}`,
  weight,
  make,
});
const runs = (subtype: string, source: string, weight: number, make: Make): SnippetKind =>
  kind('deterministic', subtype, source, weight, make);
const data = (subtype: string, source: string, weight: number, make: Make): SnippetKind =>
  kind('fixed', subtype, source, weight, make);

const proseWeights: Readonly<Record<string, number>> = {
  prose_utterance: 90,
  nearmiss_command_word: 60,
  prose_about_command: 55,
  prose_quoting_payload: 36,
  prose_email: 25,
};

/** Every kind that the generator knows. About 34 % deterministic, 26 % fixed, 40 % prose. */
export const snippetKinds: readonly SnippetKind[] = [
  runs('bash', 'shell', 90, (draw) => command(draw, 'bash')),
  runs('powershell', 'windows', 14, (draw) => command(draw, 'powershell')),
  runs('shell_with_english', 'shell_english', 24, (draw) => command(draw, 'shell_with_english')),
  runs('slash_command', 'slash', 18, (draw) => command(draw, 'slash_command')),
  runs('sql', 'sql', 45, query),
  ...codeLanguages
    .filter((language) => language !== 'bash')
    .map((language) => runs(`code_${language}`, 'code', 10, (draw) => code(draw, language))),
  runs('code_bash', 'code', 8, (draw) => code(draw, 'bash')),
  runs('function_call', 'calls', 40, functionCall),
  runs('function_call_py', 'calls', 18, codeCall),
  runs('mcp_request', 'protocol', 24, protocolRequest),
  data('csv', 'tables', 28, (draw) => delimited(draw, draw.pick([',', ',', ',', ';', '|']))),
  data('tsv', 'tables', 8, (draw) => delimited(draw, '\t')),
  data('json', 'json', 40, json),
  data('yaml', 'yaml', 25, yaml),
  data('toml', 'settings', 10, toml),
  data('ini', 'settings', 5, settings),
  data('xml', 'xml', 22, xml),
  data('log', 'logs', 45, log),
  data('diff', 'diffs', 22, diff),
  data('image_base64', 'images', 10, base64Image),
  data('image_svg', 'images', 8, svgImage),
  data('json_schema', 'schemas', 14, toolSchema),
  data('mcp_result', 'protocol', 20, protocolResult),
  ...Object.entries(traces).map(([subtype, make]) => data(subtype, 'traces', 6, make)),
  ...Object.entries(proseKinds).map(([subtype, make]) =>
    kind('prose', subtype, subtype.replace(/^prose_/, ''), proseWeights[subtype] ?? 22, make),
  ),
  kind('prose', 'prose_foreign', 'foreign', 30, foreignProse),
];

/** Draws fresh texts of one kind: none twice in one run, folding case and white space. */
export class Snippets {
  readonly #seen = new Set<string>();

  /** Null where the kind has nothing new left to say. */
  take(draw: Draw, make: Make, accepts: (text: string) => boolean = () => true): string | null {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const text = make(draw);
      const folded = text.toLowerCase().replace(/\s+/g, ' ').trim();
      if (folded === '' || this.#seen.has(folded) || !accepts(text)) continue;
      this.#seen.add(folded);
      return text;
    }
    return null;
  }
}

const fenceNames: Readonly<Record<string, string>> = {
  bash: 'bash',
  sql: 'sql',
  json: 'json',
  yaml: 'yaml',
  xml: 'xml',
  diff: 'diff',
  toml: 'toml',
};

/** Some people paste payloads inside a Markdown fence; the class is that of the content. */
export function fenced(subtype: string, text: string, draw: Draw): string {
  const name = fenceNames[subtype] ?? (subtype.startsWith('code_') ? subtype.slice(5) : '');
  return `\`\`\`${draw.chance(0.6) ? name : ''}\n${text}\n\`\`\``;
}

/**
 * `rows` labelled snippets, all different; the same seed gives the same rows. A kind that runs out of new texts (slash
 * commands at some ten thousand rows) leaves its share to the others.
 */
export function baseCorpus(seed: number, { rows }: { readonly rows: number }): readonly CorpusRow[] {
  const draw = new Draw(seed);
  const snippets = new Snippets();
  const lottery = snippetKinds.flatMap((each) => Array.from({ length: each.weight }, () => each));
  const corpus: CorpusRow[] = [];
  for (let failures = 0; corpus.length < rows && failures < 1000;) {
    const { class: group, subtype, source, make } = draw.pick(lottery);
    const plain = snippets.take(draw, make);
    if (plain === null) {
      failures += 1;
      continue;
    }
    const isFenced = group !== 'prose' && draw.chance(0.07);
    corpus.push({ text: isFenced ? fenced(subtype, plain, draw) : plain, class: group, subtype, source });
  }
  return corpus;
}
