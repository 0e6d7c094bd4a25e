import type { Outcome } from '../../engine/core/decision.ts';
import { canonicalJson } from '../../engine/core/hash.ts';
import { textOf, type Message } from '../../engine/core/message.ts';
import type { Turn } from '../../engine/core/turn.ts';
import type { Tier } from '../../engine/tiers/tier.ts';
import { binomialTail } from '../../models/binomial.ts';
import type { AnsweredTurn } from '../examples/answered-turn.ts';

export const metamorphicKinds = ['negation', 'polarity', 'entity', 'typo'] as const;
export type MetamorphicKind = (typeof metamorphicKinds)[number];

/** How often a ladder that settles a message treats a changed one as the change demands. */
export type MetamorphicFigures = Readonly<Record<MetamorphicKind, { readonly cases: number; readonly broken: number }>>;

/** A changed message, and whether what becomes of it fits what became of the one that it was made of. */
interface Variant {
  readonly text: string;
  fits(outcome: Outcome): boolean;
}

/** Messages that are asked for each kind; more would take longer than they tell. */
const most = 150;

/**
 * Changes messages in ways whose consequence is known, and asks again. Passing the changed one up always fits.
 * @param ladder the cheap tiers with the thresholds that they would serve with
 */
export async function metamorphicFigures(
  turns: readonly AnsweredTurn[],
  ladder: readonly Tier[],
): Promise<MetamorphicFigures> {
  const figures = { negation: zero(), polarity: zero(), entity: zero(), typo: zero() };
  for (const { message, history, role, tools } of turns) {
    if (message.author !== 'user' || metamorphicKinds.every((kind) => figures[kind].cases >= most)) continue;
    const asked = { message, history, role, tools };
    const outcome = await settle(ladder, asked);
    if (outcome === null) continue;
    for (const kind of metamorphicKinds) {
      const variant = figures[kind].cases >= most ? null : variantOf(kind, textOf(message), outcome);
      if (variant === null) continue;
      const changed = await settle(ladder, { ...asked, message: withText(message, variant.text) });
      figures[kind].cases += 1;
      if (changed !== null && !variant.fits(changed)) figures[kind].broken += 1;
    }
  }
  return figures;
}

const zero = (): { cases: number; broken: number } => ({ cases: 0, broken: 0 });

/** What the first tier that settles would do; null: it goes up. */
async function settle(ladder: readonly Tier[], turn: Turn): Promise<Outcome | null> {
  for (const tier of ladder) {
    const verdict = await tier.consider(turn);
    if (verdict.settled) return verdict.outcome;
  }
  return null;
}

function withText(message: Message, text: string): Message {
  return { ...message, parts: [{ kind: 'text', text, provenance: message.parts[0]?.provenance ?? 'caller' }] };
}

/** Null where the change says nothing about this message. Words are English; other languages have the other kinds. */
export function variantOf(kind: MetamorphicKind, text: string, outcome: Outcome): Variant | null {
  if (kind === 'negation') return negated(text, outcome);
  if (kind === 'polarity') return turned(text, outcome);
  return kind === 'entity' ? exchanged(text, outcome) : misspelt(text, outcome);
}

/** What is not to be done is not done: the same tool may not be called. */
function negated(text: string, outcome: Outcome): Variant | null {
  if (outcome.kind !== 'tool-call' || text.trim() === '' || isAnswer(text)) return null;
  return {
    text: `please do not do this: ${text}`,
    fits: (changed) => changed.kind !== 'tool-call' || changed.name !== outcome.name,
  };
}

const opposites: Readonly<Record<string, string>> = {
  yes: 'no',
  no: 'yes',
  yeah: 'nope',
  nope: 'yeah',
  ok: 'no',
  sure: 'no',
  correct: 'wrong',
  right: 'wrong',
  ja: 'nein',
  nein: 'ja',
  oui: 'non',
  non: 'oui',
};

const bare = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[.!]+$/, '');

function isAnswer(text: string): boolean {
  return Object.hasOwn(opposites, bare(text));
}

/** A deed that follows a yes does not follow a no. */
function turned(text: string, outcome: Outcome): Variant | null {
  const opposite = isAnswer(text) ? opposites[bare(text)] : undefined;
  if (opposite === undefined || outcome.kind !== 'tool-call') return null;
  const before = canonicalJson([outcome.name, outcome.arguments]);
  return {
    text: opposite,
    fits: (changed) => changed.kind !== 'tool-call' || canonicalJson([changed.name, changed.arguments]) !== before,
  };
}

/** A number that went into the call is another one: the old one may not come back. */
function exchanged(text: string, outcome: Outcome): Variant | null {
  if (outcome.kind !== 'tool-call') return null;
  const values = canonicalJson(outcome.arguments);
  const found = [...text.matchAll(/\d{2,}/g)].map(([number]) => number);
  const old = found.find((number) => values.includes(number) && found.filter((one) => one === number).length === 1);
  if (old === undefined) return null;
  const fresh = old.replace(/\d/g, (digit) => String((Number(digit) + 3) % 10 || 1));
  if (text.includes(fresh) || values.includes(fresh)) return null;
  return {
    text: text.replace(old, fresh),
    fits: (changed) => changed.kind !== 'tool-call' || !canonicalJson(changed.arguments).includes(old),
  };
}

/** A slip of the fingers in a word of a sentence changes no step. Content is not touched: there every letter counts. */
function misspelt(text: string, outcome: Outcome): Variant | null {
  if (outcome.kind === 'tool-call' && outcome.step === undefined && outcome.process === undefined) return null;
  const values = canonicalJson(outcome.kind === 'tool-call' ? outcome.arguments : '').toLowerCase();
  const word = (text.match(/\b[a-z]{6,}\b/gi) ?? []).find((one) => !values.includes(one.toLowerCase()));
  if (word === undefined) return null;
  const middle = word.length >> 1;
  const [a = '', b = ''] = [word[middle - 1], word[middle]];
  if (a === b) return null;
  const slipped = `${word.slice(0, middle - 1)}${b}${a}${word.slice(middle + 1)}`;
  return { text: text.replace(word, slipped), fits: (changed) => deedOf(changed) === deedOf(outcome) };
}

function deedOf(outcome: Outcome): string {
  return outcome.kind === 'tool-call' ? outcome.name : outcome.text;
}

/** Chance of such a difference between equals below which it counts. */
const rare = 0.05;

/** Kinds of changes that the candidate heeds less often than the champion, beyond chance; a sentence each. */
export function metamorphicFaults(candidate: MetamorphicFigures, champion: MetamorphicFigures | null): string[] {
  return metamorphicKinds.flatMap((kind) => {
    const { cases, broken } = candidate[kind];
    const before = champion?.[kind];
    if (before === undefined || cases === 0 || before.cases === 0) return [];
    if (broken / cases <= before.broken / before.cases) return [];
    // a count that is this rare at the champion's own rate, taken one case worse than it was seen
    const rate = (before.broken + 1) / (before.cases + 2);
    if (1 - binomialTail(broken - 1, cases, rate) >= rare) return [];
    return [
      `it overlooks a ${kind} in ${broken} of ${cases} changed messages, the champion in ${before.broken} of ${before.cases}`,
    ];
  });
}
