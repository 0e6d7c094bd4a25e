import type { Conversation } from '../../../engine/core/conversation.ts';
import { fnv1a } from '../../../engine/core/hash.ts';
import type { Message, Part } from '../../../engine/core/message.ts';
import { silent } from '../../../engine/core/progress.ts';
import { mineProcesses } from '../../mining/mine.ts';

export interface GrowthPoint {
  readonly conversations: number;
  readonly messages: number;
  readonly seconds: number;
  /** The same without waiting for other work of the machine. */
  readonly cpuSeconds: number;
  /** Of the whole bench so far, the given log included. */
  readonly peakRssMb: number;
  readonly processes: number;
}

/** Share of the names and long words of a copy that are others than in its original. */
const altered = 0.3;

/** Time and memory of mining so many conversations: copies of a log, one at a time, with other names and numbers in each. */
export async function miningGrowth(
  log: readonly Conversation[],
  counts: readonly number[],
  seed: number,
): Promise<GrowthPoint[]> {
  const points: GrowthPoint[] = [];
  for (const count of [...counts].sort((a, b) => a - b)) {
    const wanted = Number.isFinite(count) ? count : log.length;
    let messages = 0;
    const copies = function* (): Generator<Conversation> {
      for (let index = 0; index < wanted; index += 1) {
        const copy = copyOf(log[index % log.length] as Conversation, Math.floor(index / log.length));
        messages += copy.messages.length;
        yield copy;
      }
    };
    const started = performance.now();
    const before = process.cpuUsage();
    const { processes } = await mineProcesses(copies(), { seed, progress: silent });
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(before);
    const cpuSeconds = (user + system) / 1e6;
    const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
    points.push({ conversations: wanted, messages, seconds, cpuSeconds, peakRssMb, processes: processes.length });
  }
  return points;
}

function copyOf(conversation: Conversation, copy: number): Conversation {
  if (copy === 0) return conversation;
  const id = `${conversation.id}~${copy}`;
  const text = (words: string): string => otherWords(words, id);
  const messages = conversation.messages.map((message): Message => ({
    ...message,
    id: `${message.id}~${copy}`,
    conversation: id,
    parts: message.parts.map((part): Part => {
      if (part.kind === 'text' || part.kind === 'tool-result') return { ...part, text: text(part.text) };
      if (part.kind !== 'tool-call') return part;
      return { ...part, arguments: JSON.parse(text(JSON.stringify(part.arguments))) as Record<string, unknown> };
    }),
  }));
  return { ...conversation, id, messages };
}

/** Numbers, and some of the words with a capital letter, become others: the same ones throughout a conversation. */
function otherWords(text: string, salt: string): string {
  return text
    .replace(/(?<=[^\d.-])[1-9]\d{2,}(?!\d*\.)/g, (number) =>
      String(10 ** (number.length - 1) + (fnv1a(`${salt} ${number}`) % (9 * 10 ** (number.length - 1)))),
    )
    .replace(/(?<=[a-z,] )\p{Lu}\p{Ll}{3,}/gu, (word) => {
      const drawn = fnv1a(`${salt} ${word}`);
      return drawn / 0xffffffff < altered ? `${word}${(drawn % 97).toString(36)}` : word;
    });
}
