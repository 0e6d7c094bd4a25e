import type { Library } from '../../datasets/documents/library.ts';
import type { Candidate, CandidateSource } from '../../engine/core/candidate-source.ts';
import { messageOf } from '../../engine/core/errors.ts';
import type { Logger } from '../../engine/core/logger.ts';
import { textOf } from '../../engine/core/message.ts';
import type { Turn } from '../../engine/core/turn.ts';
import { lastAsked } from './past-conversations.ts';

/** Sections that one message gets. */
const mostSections = 40;

/** Sections of the owner's documents. */
export class DocumentSource implements CandidateSource {
  readonly name = 'documents';
  readonly #library: Library;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;

  /** @param everyMs how often folders are looked through for what changed, milliseconds */
  constructor(library: Library, logger: Logger, everyMs = 30_000) {
    this.#library = library;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.refresh(), everyMs);
    this.#timer.unref();
    void this.refresh();
  }

  /** Reads what changed; says what could not be read. */
  async refresh(): Promise<void> {
    try {
      const { documents, read, removed, failed } = await this.#library.refresh();
      if (read + removed > 0) this.#logger.info({ documents, read, removed }, 'documents read');
      if (read + removed > 0) for (const one of failed) this.#logger.warn(one, 'document left out');
    } catch (error) {
      this.#logger.error({ error: messageOf(error) }, 'documents are not read');
    }
  }

  async candidates(turn: Turn): Promise<readonly Candidate[]> {
    const hits = await this.#library.search(textOf(lastAsked(turn)), mostSections);
    return hits.map(({ id, text, place }): Candidate => {
      // The time of a file says nothing about when its words were true.
      return { id, text, kind: 'document', speaker: '', time: null, tokens: 0, place };
    });
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
