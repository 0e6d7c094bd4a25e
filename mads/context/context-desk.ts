import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Library } from '../../datasets/documents/library.ts';
import type { ConversationLog } from '../../datasets/log/conversation-log.ts';
import { History, historyFile } from '../../datasets/log/history.ts';
import { SearchIndex } from '../../datasets/search/search-index.ts';
import type { Tool } from '../../engine/action/tool.ts';
import type { CandidateSource } from '../../engine/core/candidate-source.ts';
import type { Config } from '../../engine/core/config.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { Logger } from '../../engine/core/logger.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';
import type { ContextSettings } from '../../engine/tiers/cet.ts';
import { openTokenizer } from '../../models/text/tokenizer.ts';
import type { DataFolder } from '../house/data-folder.ts';
import { movesOf, personsOf } from '../rogers/membership.ts';
import { DataSource } from './data-source.ts';
import { DocumentSource } from './document-source.ts';
import { fetchTool } from './fetch-tool.ts';
import { PastConversations } from './past-conversations.ts';

export interface ContextDeskParts {
  readonly config: Pick<
    Config,
    'contextTokens' | 'contextSummaryTokens' | 'contextMemory' | 'contextTools' | 'documents' | 'llmModel' | 'level'
  >;
  readonly log: ConversationLog;
  readonly folder: Pick<DataFolder, 'root' | 'search'>;
  readonly logger: Logger;
  /** Tools that a MAD offers. @throws MAD_UNKNOWN */
  readonly toolsOf: (mad: string) => readonly ToolDefinition[];
  /** Calls a read-only tool of a MAD over the bus, on behalf of somebody. */
  readonly call: (
    mad: string,
    tool: string,
    given: Readonly<Record<string, unknown>>,
    caller: string,
    signal: AbortSignal,
  ) => Promise<unknown>;
}

/** Everything that the context of a deployment draws on. */
export class ContextDesk {
  readonly settings: ContextSettings;
  /** For every MAD that thinks: reads what its context holds back. */
  readonly fetch: Tool;
  readonly history: History | null;
  readonly documents: DocumentSource | null;
  readonly #indexes: readonly SearchIndex[];

  private constructor(made: Pick<ContextDesk, 'settings' | 'fetch' | 'history' | 'documents'>, indexes: SearchIndex[]) {
    this.settings = made.settings;
    this.fetch = made.fetch;
    this.history = made.history;
    this.documents = made.documents;
    this.#indexes = indexes;
  }

  /** @throws CONFIG_INVALID where a tool has no name of the form `mads.<name>.<tool>`; RUNTIME_UNAVAILABLE */
  static async open(parts: ContextDeskParts): Promise<ContextDesk> {
    const { config, log, folder, logger } = parts;
    const {
      contextTokens,
      contextSummaryTokens: summaryTokens,
      contextMemory,
      contextTools,
      documents: places,
      level,
    } = config;
    const sources: CandidateSource[] = contextTools.map((tool) => dataSource(tool, parts));
    const tokenizer = await openTokenizer(config.llmModel);
    const indexes: SearchIndex[] = [];
    const open = (path: string): SearchIndex => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const index = new SearchIndex(path);
      indexes.push(index);
      return index;
    };
    let history: History | null = null;
    let documents: DocumentSource | null = null;
    const isUsed = level === 'V4';
    if (isUsed && contextMemory !== 'none') {
      const leaving = (message: Parameters<typeof movesOf>[0]) => movesOf(message).left;
      const index = open(join(folder.root, historyFile));
      history = new History({ index, feed: log, taking: personsOf, leaving, logger });
      history.start();
      sources.push(new PastConversations(history, contextMemory));
    }
    if (isUsed && places.length > 0) {
      documents = new DocumentSource(new Library(open(join(folder.search, 'documents.sqlite')), places), logger);
      sources.push(documents);
    }
    const fetch = fetchTool((id) => log.message(id));
    return new ContextDesk(
      { settings: { contextTokens, summaryTokens, sources, tokenizer }, fetch, history, documents },
      indexes,
    );
  }

  async close(): Promise<void> {
    this.documents?.close();
    await this.history?.close();
    await Promise.all(this.#indexes.map((index) => index.close()));
  }
}

function dataSource(tool: string, { toolsOf, call }: ContextDeskParts): DataSource {
  const mad = /^mads\.([^.]+)\../.exec(tool)?.[1];
  if (mad === undefined) {
    const detail = `contextTools: "${tool}" is no tool of a MAD; they are named like mads.rogers.recall`;
    throw new EngineError('CONFIG_INVALID', { detail });
  }
  return new DataSource({
    tool,
    definition: () => toolsOf(mad).find(({ name }) => name === tool) ?? null,
    call: (given, caller, signal) => call(mad, tool, given, caller, signal),
  });
}
