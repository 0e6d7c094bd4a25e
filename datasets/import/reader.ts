import type { Conversation } from '../../engine/core/conversation.ts';

/** A line that could not be used, and why, in words that help to mend it. */
export interface BadLine {
  readonly file: string;
  /** From 1; the item number in a file that is one JSON array. */
  readonly line: number;
  readonly reason: string;
}

/** What a reader finds, in file order. */
export type Reading =
  | {
      readonly kind: 'conversation';
      readonly conversation: Conversation;
      readonly line: number;
      /** False where the log names no role, and the conversation got that of the options. */
      readonly namesRole: boolean;
    }
  | { readonly kind: 'bad'; readonly bad: BadLine };

export interface ReadingOptions {
  /** Role of the agent for conversations that name none. */
  readonly role: string;
  /** Longest line that is read, in bytes; a longer one is a bad line. */
  readonly maxLineBytes: number;
  /** Called with the bytes that were read from the disk since the last call. */
  readonly onBytes: (bytes: number) => void;
}

/** One format of conversations at rest. The same file read twice gives the same ids, times and parts. */
export interface Reader {
  readonly name: string;
  /** True where a first record has the marks of this format. */
  recognises(record: unknown): boolean;
  /**
   * Streams a file, plain or `.gz`. A malformed line becomes a `bad` reading and the lines around it are kept.
   * @throws FILE_UNREADABLE where the file cannot be opened
   */
  read(path: string, options: ReadingOptions): AsyncGenerator<readonly Reading[]>;
}

export const defaultReading: ReadingOptions = {
  role: 'support-agent',
  // Far above any real conversation, far below what would hurt the process.
  maxLineBytes: 64 * 1024 * 1024,
  onBytes: () => undefined,
};
