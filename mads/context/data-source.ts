import type { Candidate, CandidateSource } from '../../engine/core/candidate-source.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { sha256 } from '../../engine/core/hash.ts';
import { textOf } from '../../engine/core/message.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';
import type { Turn } from '../../engine/core/turn.ts';
import { sectionsOf } from '../../datasets/documents/sections.ts';
import { lastAsked } from './past-conversations.ts';

export interface DataSourceParts {
  /** Canonical name of the tool, `mads.<name>.<tool>`. */
  readonly tool: string;
  /** Its definition; null where nobody offers it (any more). */
  readonly definition: () => ToolDefinition | null;
  /** Calls it with the authority of the caller, to read and no more. Resolves to what its handler returned. */
  readonly call: (given: Readonly<Record<string, unknown>>, caller: string, signal: AbortSignal) => Promise<unknown>;
}

/** Characters of the question that a tool is given. */
const longestQuery = 200;
/** The question goes in under the first of these names that the tool knows. */
const queryNames = ['query', 'q', 'question', 'text', 'search'] as const;

/** Answers of a MAD's read-only tool to the question, cut into sections. */
export class DataSource implements CandidateSource {
  readonly name: string;
  readonly #parts: DataSourceParts;

  constructor(parts: DataSourceParts) {
    this.name = parts.tool;
    this.#parts = parts;
  }

  /** @throws TOOL_UNKNOWN, TOOL_FORBIDDEN where it is not one that only reads, TOOL_ARGUMENTS_INVALID, what it throws */
  async candidates(turn: Turn, signal: AbortSignal): Promise<readonly Candidate[]> {
    const { tool, call } = this.#parts;
    const definition = this.#parts.definition();
    if (definition === null) throw new EngineError('TOOL_UNKNOWN', { name: tool });
    const { blastRadius = 'irreversible' } = definition;
    if (blastRadius !== 'read') {
      const detail = 'only a tool that changes nothing can be asked for context';
      throw new EngineError('TOOL_FORBIDDEN', { name: tool, blastRadius, detail });
    }
    const asked = lastAsked(turn);
    const query = textOf(asked).slice(0, longestQuery).trim();
    if (query === '') return [];
    const value = await call(argumentsFor(definition, query, turn.message.conversation), asked.sender, signal);
    const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 1) ?? '');
    return sectionsOf(text).map((section): Candidate => {
      const id = `${tool} ${sha256(section.text).slice(0, 16)}`;
      return { id, text: section.text, kind: 'data', speaker: '', time: null, tokens: 0, place: tool };
    });
  }
}

/** @throws TOOL_ARGUMENTS_INVALID where the tool wants something that is not at hand */
function argumentsFor({ name, parameters }: ToolDefinition, query: string, conversation: string) {
  const { properties = {}, required = [] } = parameters as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly required?: readonly string[];
  };
  const given: Record<string, unknown> = {};
  const under = queryNames.find((key) => key in properties);
  if (under !== undefined) given[under] = query;
  if ('conversation' in properties) given['conversation'] = conversation;
  const missing = required.find((key) => !(key in given));
  if (missing === undefined) return given;
  const detail = `as a source of context it would need ${missing}; it can be given ${queryNames.join(' or ')}, and conversation`;
  throw new EngineError('TOOL_ARGUMENTS_INVALID', { name, detail });
}
