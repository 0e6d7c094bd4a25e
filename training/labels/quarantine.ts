import { hashFraction } from '../../engine/core/hash.ts';
import type { Correction } from '../examples/correction.ts';
import { nearDuplicates } from './near-duplicates.ts';
import type { TaughtRow } from './taught-row.ts';
import { findSmuggled, findTriggers } from './trigger-scan.ts';

/** Labels that teach nothing until somebody has looked at them. */
export interface Quarantine {
  /** Why, by message. */
  readonly messages: ReadonlyMap<string, string>;
  /** One line for each cause, for people. */
  readonly lines: readonly string[];
}

/**
 * An identity teaches at most so many rows, or ten times what the usual one does, or a hundredth of all. The usual one is
 * found among those who are known by a few rows: else strangers with one each could silence all others.
 */
const ofIdentity = { fewest: 50, usual: 10, share: 0.01, known: 5 } as const;
/** Answers to the same words at the same place: so many, of which so many agree, call the others slips. */
const agreement = { rows: 4, share: 0.8 } as const;
/** Of near duplicates from a sudden mass so many words of people count; more say nothing new, and each weighs 20 rows. */
const wordsOfCluster = 5;

export interface Suspicions {
  /** Messages whose users showed that they wanted something else. */
  readonly doubted?: readonly string[];
  /** A frozen reference that never saw the log; without it nothing is compared with one. */
  readonly isProse?: (text: string) => boolean;
}

export function quarantineOf(
  rows: readonly TaughtRow[],
  corrections: readonly Correction[],
  { doubted = [], isProse = () => false }: Suspicions = {},
): Quarantine {
  const messages = new Map<string, string>();
  const lines: string[] = [];
  const corrected = new Set(corrections.map(({ message }) => message));
  const setAside = (found: readonly string[], why: string): void => {
    const fresh = found.filter((message) => !messages.has(message));
    for (const message of fresh) messages.set(message, why);
    if (fresh.length > 0) lines.push(`${fresh.length} labels set aside: ${why}`);
  };
  const plain = rows.filter(({ message }) => !corrected.has(message));
  for (const { word, deed, messages: found } of findSmuggled(plain, isProse)) {
    setAside(found, `prose with "${word}" was handed to ${deed}`);
  }
  for (const { word, deed, messages: found } of findTriggers(plain)) {
    setAside(found, `"${word}" alone turns messages that ask for something else into ${deed}`);
  }
  setAside(slips(plain), 'others who said the same at the same place were answered otherwise');
  const left = plain.filter(({ message }) => !messages.has(message));
  for (const [identity, found] of masses(left)) {
    setAside(found, `${identity} wrote far more than anybody else; a sample of it teaches`);
  }
  setAside(
    doubted.filter((message) => !corrected.has(message)),
    'the user showed that something else was wanted',
  );
  return { messages, lines };
}

/** Messages answered otherwise than nearly all that say the same at the same place. */
function slips(rows: readonly TaughtRow[]): string[] {
  const byPlace = Map.groupBy(rows, ({ place }) => place);
  return [...byPlace.values()].flatMap((own) => {
    if (own.length < agreement.rows) return [];
    for (const [, same] of Map.groupBy(own, ({ deed }) => deed)) {
      if (same.length >= agreement.share * own.length) {
        return own.filter(({ deed }) => deed !== same[0]?.deed).map(({ message }) => message);
      }
    }
    return [];
  });
}

/** What identities wrote beyond their cap; a sample by hash stays. */
function masses(rows: readonly TaughtRow[]): [string, string[]][] {
  const named = rows.filter(({ identity }) => identity !== null);
  const byIdentity = Map.groupBy(named, ({ identity }) => identity ?? '');
  const sizes = [...byIdentity.values()]
    .map(({ length }) => length)
    .filter((length) => length >= ofIdentity.known)
    .toSorted((a, b) => a - b);
  const usual = sizes[sizes.length >> 1] ?? 0;
  const cap = Math.max(ofIdentity.fewest, ofIdentity.usual * usual, ofIdentity.share * rows.length);
  return [...byIdentity].flatMap(([identity, own]) => {
    if (own.length <= cap) return [];
    const order = own.toSorted((a, b) => hashFraction(a.message) - hashFraction(b.message));
    return [[identity, order.slice(Math.floor(cap)).map(({ message }) => message)] as [string, string[]]];
  });
}

export interface SiftedCorrections {
  readonly kept: readonly Correction[];
  /** Messages of the others. */
  readonly dropped: readonly string[];
  readonly lines: readonly string[];
}

/** Words that contradict each other about the same text are set aside, all but a few about near duplicates too. */
export function siftCorrections(corrections: readonly Correction[], rows: readonly TaughtRow[]): SiftedCorrections {
  const byMessage = new Map(rows.map((row) => [row.message, row]));
  const known = corrections.filter(({ message }) => byMessage.has(message));
  const rowOf = ({ message }: Correction): TaughtRow => byMessage.get(message) as TaughtRow;
  const disputed = new Set<string>();
  for (const [, own] of Map.groupBy(known, (one) => rowOf(one).place)) {
    const trusted = own.filter(({ source }) => source === 'human');
    const judging = trusted.length > 0 ? trusted : own;
    const sides = Map.groupBy(judging, ({ outcome }) => JSON.stringify(outcome));
    const largest = Math.max(...[...sides.values()].map(({ length }) => length));
    for (const side of sides.values()) {
      if (side.length < (2 / 3) * judging.length || side.length < largest) {
        for (const { message } of side) disputed.add(message);
      }
    }
  }
  const clusters = nearDuplicates(known.map((one) => rowOf(one).text));
  const counted = new Map<number, number>();
  const repeated = new Set<string>();
  for (const [index, one] of known.entries()) {
    if (disputed.has(one.message)) continue;
    const cluster = clusters[index] as number;
    const count = (counted.get(cluster) ?? 0) + 1;
    counted.set(cluster, count);
    if (count > wordsOfCluster) repeated.add(one.message);
  }
  const lines = [
    ...(disputed.size > 0
      ? [`${disputed.size} corrections set aside: they contradict others about the same text`]
      : []),
    ...(repeated.size > 0
      ? [`${repeated.size} corrections set aside: ${wordsOfCluster} about nearly the same count`]
      : []),
  ];
  const kept = corrections.filter(({ message }) => !disputed.has(message) && !repeated.has(message));
  return { kept, dropped: [...disputed, ...repeated], lines };
}
