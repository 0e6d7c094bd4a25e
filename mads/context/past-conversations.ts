import type { History } from '../../datasets/log/history.ts';
import type { Candidate, CandidateSource } from '../../engine/core/candidate-source.ts';
import { textOf, type Message } from '../../engine/core/message.ts';
import type { Turn } from '../../engine/core/turn.ts';

/** Whose other conversations may be drawn on: nobody's, those of the person who asks, all that the role has had. */
export type Memory = 'none' | 'person' | 'role';

/** Pieces that one message gets from other conversations. */
const mostPieces = 40;
/** The name of callers who gave none. Strangers share it, so it is nobody's past. */
const anonymous = 'user';

/** What was said in other conversations that the MAD took part in. */
export class PastConversations implements CandidateSource {
  readonly name = 'other conversations';
  readonly #history: Pick<History, 'search' | 'trouble'>;
  readonly #memory: Memory;

  constructor(history: Pick<History, 'search' | 'trouble'>, memory: Memory) {
    this.#history = history;
    this.#memory = memory;
  }

  trouble(): string | null {
    return this.#history.trouble();
  }

  async candidates(turn: Turn): Promise<readonly Candidate[]> {
    const asked = lastAsked(turn);
    const person = asked.sender;
    // Who calls himself by the name of a MAD would be a party to all that it ever talked about.
    const isNobody = [anonymous, turn.role, turn.message.recipient].includes(person);
    if (this.#memory === 'none' || (this.#memory === 'person' && isNobody)) return [];
    const hits = await this.#history.search({
      text: textOf(asked),
      role: turn.role,
      ...(this.#memory === 'person' ? { person } : {}),
      besides: turn.message.conversation,
      limit: mostPieces,
    });
    return hits.map(({ id, text, kind, speaker, time }): Candidate => {
      const day = time === null ? '' : ` of ${new Date(time).toISOString().slice(0, 10)}`;
      const place = `conversation${day}, ${speaker}`;
      return { id, text, kind: kind === 'turn' ? 'turn' : 'tool-result', speaker, time, tokens: 0, place };
    });
  }
}

/** What the caller asked, also where a tool's result came in between. */
export function lastAsked({ message, history }: Turn): Message {
  return message.author === 'user' ? message : (history.findLast(({ author }) => author === 'user') ?? message);
}
