import type { DialogueTurn, LppmExample, LppmInput } from '../example.ts';

/** Words of a text without case and blanks, as steps are recognised by them. */
export function foldText(text: string): string {
  return text.toLowerCase().split(/\s+/).filter(Boolean).join(' ');
}

/** Longer replies are never a scripted step. Characters. */
const longest = 600;

/** Which step a reply was, by its words; learned from marked turns, asked for unmarked ones. */
export class KnownTexts {
  readonly #steps: ReadonlyMap<string, string>;

  constructor(steps: Readonly<Record<string, string>>) {
    this.#steps = new Map(Object.entries(steps));
  }

  /** The most frequent step of each text. */
  static learn(examples: readonly LppmExample[]): KnownTexts {
    const counts = new Map<string, Map<string, number>>();
    const count = (text: string, step: string): void => {
      if (text.length > longest || text === '') return;
      const key = foldText(text);
      const steps = counts.get(key) ?? new Map<string, number>();
      steps.set(step, (steps.get(step) ?? 0) + 1);
      counts.set(key, steps);
    };
    for (const { action, step } of examples) if (action.kind === 'reply') count(action.text, step);
    const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return new KnownTexts(
      Object.fromEntries(
        sorted.map(([text, steps]) => [
          text,
          [...steps].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? '',
        ]),
      ),
    );
  }

  stepOf(text: string): string | null {
    return text.length > longest ? null : (this.#steps.get(foldText(text)) ?? null);
  }

  /** The dialogue with the steps of known replies filled in. */
  resolve(input: LppmInput): LppmInput {
    if (!input.turns.some(isOpen)) return input;
    return { turns: input.turns.map((turn) => (isOpen(turn) ? { ...turn, step: this.stepOf(turn.text) } : turn)) };
  }

  toJSON(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#steps);
  }
}

function isOpen(turn: DialogueTurn): boolean {
  return turn.speaker === 'agent' && turn.step === null;
}
