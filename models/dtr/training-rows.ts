import { hashFraction } from '../../engine/core/hash.ts';
import { destinationKey } from '../../engine/core/destination.ts';
import type { DtrExample } from './example.ts';
import { fenceContent } from './features/text-window.ts';
import type { Joint, Side } from './mixed/parts.ts';
import { cutFor } from './mixed/parts.ts';

/** An example as the learners see it: a bare content, a text to be read, or a sentence with a payload. */
export type LessonRow =
  | {
      readonly kind: 'bare';
      readonly text: string;
      readonly content: 'deterministic' | 'fixed';
      readonly key: string | null;
      readonly example: DtrExample;
    }
  | { readonly kind: 'prose'; readonly text: string; readonly example: DtrExample }
  | {
      readonly kind: 'mixed';
      readonly text: string;
      readonly payload: string;
      readonly instruction: string;
      readonly side: Side;
      readonly joint: Joint;
      readonly content: 'deterministic' | 'fixed';
      readonly key: string | null;
      readonly example: DtrExample;
    };

/** Null for an example that contradicts itself: a payload that the text does not hold. */
export function lessonOf(example: DtrExample): LessonRow | null {
  const { text, class: content, payload } = example;
  if (content === 'prose') return { kind: 'prose', text, example };
  const key = example.destination === null ? null : destinationKey(example.destination);
  const whole = text.trim();
  const wanted = payload?.trim() ?? whole;
  if (wanted === '' || !whole.includes(wanted)) return null;
  if (wanted === whole) return { kind: 'bare', text, content, key, example };
  const inner = fenceContent(whole, 0, whole.length);
  if (inner !== null && whole.slice(inner.start, inner.end).trim() === wanted) {
    return { kind: 'bare', text, content, key, example };
  }
  const cut = cutFor(text, wanted);
  if (cut === undefined) return null;
  const { side, joint, instruction } = cut;
  return { kind: 'mixed', text, payload: wanted, instruction, side, joint, content, key, example };
}

/** Whether a text belongs to the rows that calibrate; the same text falls on the same side for one seed. */
export function isHeldBack(text: string, share: number, seed: number): boolean {
  return hashFraction(`calibrate ${seed} ${text}`) < share;
}
