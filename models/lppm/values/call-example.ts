import type { DialogueTurn } from '../example.ts';

/** A call that was made, and the dialogue before it. */
export interface CallExample {
  readonly turns: readonly DialogueTurn[];
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Keeps the turns of a conversation together; absent where unknown. */
  readonly conversation?: string;
}
