import type { Destination } from '../../engine/core/destination.ts';
import type { ContentClass, DtrExample } from '../../models/dtr/example.ts';

/** A labelled snippet of the project's own corpus; it knows kinds of content, not where a desk sends them. */
export interface BaseRow {
  readonly text: string;
  readonly class: ContentClass;
  readonly subtype: string | null;
  readonly source: string;
}

/** No tool has this name, so nothing that is sent there is ever proposed. */
export const nowhere: Destination = { tool: '(nowhere)', argument: 'content', constants: {} };

const languagePrefix = 'code_';
/** Scripts of shells cannot be told from commands, and go where commands go. */
const shells = new Set(['bash', 'shell', 'sh', 'powershell', 'batch']);
/** A tool is one that is told the language when it has been told so many. */
const fewestLanguages = 2;

/**
 * The corpus beside a log: it gives the router classes that the log has little of. Where the log's tools are told the
 * programming language, code in a language that was never sent to one has no destination, and is taught so: else it
 * would go where the most similar language goes.
 */
export function baseExamples(rows: readonly BaseRow[], logged: readonly DtrExample[]): DtrExample[] {
  const told = new Set(logged.flatMap(({ destination }) => Object.values(destination?.constants ?? {})));
  const languages = new Set(rows.flatMap(({ subtype }) => languageOf(subtype) ?? []));
  const known = [...languages].filter((language) => told.has(language));
  const isTold = known.length >= fewestLanguages;
  return rows.map((row) => {
    const language = languageOf(row.subtype);
    const isUnknown = isTold && language !== null && !shells.has(language) && !told.has(language);
    return isUnknown
      ? { ...row, destination: nowhere, payload: row.text }
      : { ...row, destination: null, payload: null };
  });
}

function languageOf(subtype: string | null): string | null {
  return subtype?.startsWith(languagePrefix) === true ? subtype.slice(languagePrefix.length) : null;
}
