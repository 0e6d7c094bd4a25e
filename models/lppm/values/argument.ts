import { combine, hashText } from '../../text/ngrams.ts';
import { bareOf, nameStems, stemOf, type Beside, type DialogueEvidence, type ValueOrigin } from './evidence.ts';
import { remembered } from './remembered.ts';
import { isComparison, valueKey } from './value-key.ts';

/** What was learned of one argument of one tool, apart from the ranker's weights. */
export interface ArgumentProfile {
  readonly name: string;
  /** Calls that had it, and calls in all. */
  readonly present: number;
  readonly calls: number;
  /** JSON type of most of its values. */
  readonly type: 'string' | 'number' | 'boolean';
  /** Values that recur, most frequent first. */
  readonly options: readonly unknown[];
  /** Every call had the same value. */
  readonly isConstant: boolean;
  /** Kinds of evidence that were right at least now and then; others are not looked at. */
  readonly kinds: readonly string[];
  /** Comparison operators that occur; `''` stands for a bare value. */
  readonly operators: readonly string[];
}

const generalSalt = hashText('any argument');
const mostOptions = 60;
/** With more options than this, words are not tied to each one. */
const mostTiedOptions = 12;

export function profileOf(
  name: string,
  values: readonly unknown[],
  calls: number,
  kindCounts: ReadonlyMap<string, number>,
): ArgumentProfile {
  const counts = new Map<string, { value: unknown; count: number }>();
  const operators = new Map<string, number>();
  const types = { string: 0, number: 0, boolean: 0 };
  for (const given of values) {
    const operator = isComparison(given) ? given.op : '';
    operators.set(operator, (operators.get(operator) ?? 0) + 1);
    const value = isComparison(given) ? given.value : given;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      types[typeof value as 'string'] += 1;
    const key = valueKey(value);
    const held = counts.get(key) ?? { value, count: 0 };
    held.count += 1;
    counts.set(key, held);
  }
  const [type] = (Object.entries(types) as ['string' | 'number' | 'boolean', number][]).sort(
    (a, b) => b[1] - a[1],
  )[0] as ['string', number];
  const options = [...counts.values()]
    .filter(({ count }) => count >= 2)
    .sort((a, b) => b.count - a.count)
    .slice(0, mostOptions)
    .map(({ value }) => value);
  const isConstant = counts.size === 1 && options.length === 1;
  const least = Math.max(2, values.length * 0.02);
  const used = [...operators]
    .filter(([, count]) => count >= least)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 4);
  const rare = values.length * 0.004;
  const kinds = [...kindCounts]
    .filter(([, count]) => count > rare)
    .map(([kind]) => kind)
    .sort();
  return {
    name,
    present: values.length,
    calls,
    type,
    options,
    isConstant,
    kinds,
    operators: used.map(([operator]) => operator),
  };
}

/** One possible filling of an argument. The first two are always `absent` and `unknown`. */
export interface Candidate {
  readonly key: string;
  readonly value: unknown;
  readonly origin: ValueOrigin | 'absent' | 'unknown';
  readonly hashes: number[];
}

/** Key of a value as it is compared: of a comparison both parts. */
export function candidateKey(value: unknown): string {
  return isComparison(value) ? `${value.op} ${valueKey(value.value)}` : ` ${valueKey(value)}`;
}

/** Everything the argument could be, equal values merged with all that speaks for them. */
export function candidatesOf(tool: string, profile: ArgumentProfile, dialogue: DialogueEvidence): Candidate[] {
  const salt = hashText(`${tool}.${profile.name}`);
  const byName = hashText(`*.${profile.name}`);
  const found = new Map<string, Candidate>();
  const tied = profile.options.length <= mostTiedOptions;
  const known = new Set(profile.options.map(valueKey));
  const offer = (
    given: unknown,
    origin: ValueOrigin,
    hashes: readonly number[],
    general: readonly number[] = [],
  ): void => {
    const value = typed(given, profile, known);
    if (value === undefined) return;
    const key = valueKey(value);
    const held = found.get(key) ?? { key, value, origin, hashes: [] };
    for (const hash of hashes) held.hashes.push(combine(salt, hash), combine(byName, hash));
    for (const hash of general) held.hashes.push(combine(generalSalt, hash));
    found.set(key, held);
  };
  const own = nameStems(profile.name);
  profile.options.forEach((option, rank) => {
    const { hashes, general } = optionHashes(option, rank, profile, dialogue, tied, own);
    offer(option, profile.isConstant ? 'constant' : 'option', hashes, general);
  });
  const kinds = new Set(profile.kinds);
  for (const { value, origin, kind, hashes, general, beside } of dialogue.evidence) {
    const likeness = likenessOf(own, profile.name, beside);
    if (!kinds.has(kind)) continue;
    if (likeness === 0) offer(bareOf(value), origin, hashes, general);
    else {
      const alike = combine(told.alike, likeness);
      offer(bareOf(value), origin, hashes, [...general, alike, combine(alike, hashText(kind))]);
    }
  }
  const absent: Candidate = { key: 'absent', value: undefined, origin: 'absent', hashes: [combine(salt, 1)] };
  const unknown: Candidate = { key: 'unknown', value: undefined, origin: 'unknown', hashes: [combine(salt, 2)] };
  for (const hash of dialogue.state) {
    absent.hashes.push(combine(combine(salt, 3), hash));
    unknown.hashes.push(combine(combine(salt, 4), hash));
  }
  const before = dialogue.calls.get(tool);
  absent.hashes.push(combine(salt, before === undefined ? 5 : profile.name in before ? 6 : 7));
  for (const word of dialogue.recent) absent.hashes.push(combine(combine(salt, 8), word));
  for (const candidate of found.values()) {
    candidate.hashes.push(combine(salt, known.has(candidate.key) ? 9 : 10));
    if (before !== undefined) {
      const same = profile.name in before && valueKey(bareOf(before[profile.name])) === candidate.key;
      candidate.hashes.push(combine(salt, same ? 11 : 12), combine(byName, same ? 11 : 12), same ? 11 : 12);
    }
  }
  return [absent, unknown, ...withOperators(salt, profile, dialogue, [...found.values()])];
}

const told = { alike: 0x51 } as const;

/** How the argument's own name stands beside a piece: to its left, right, in the question, as the field's name. */
function likenessOf(own: ReadonlySet<string>, name: string, beside: Beside): number {
  if (beside.field !== '') {
    if (beside.field === name) return 1;
    for (const stem of nameStems(beside.field)) if (own.has(stem)) return 2;
    return 0;
  }
  const left = own.has(beside.left) ? 4 : own.has(beside.beforeLeft) ? 8 : 0;
  let asked = 0;
  for (const stem of own) if (beside.asked.has(stem)) asked = 32;
  return left + (own.has(beside.right) ? 16 : 0) + asked;
}

/** The given piece as a value of the argument's type; undefined where it cannot be one. */
function typed(given: unknown, profile: ArgumentProfile, known: ReadonlySet<string>): unknown {
  if (profile.type === 'number') {
    if (typeof given === 'number') return given;
    if (typeof given === 'string' && /^-?\d+(\.\d+)?$/.test(given) && given.length <= 15) return Number(given);
    return known.has(valueKey(given)) ? given : undefined;
  }
  if (profile.type === 'boolean') return typeof given === 'boolean' ? given : undefined;
  // by content: after loading, an equal list is another object
  return typeof given === 'object' && !known.has(valueKey(given)) ? undefined : given;
}

const readOption = remembered((key) => {
  const words: readonly string[] = key.match(/[\p{L}\p{N}]+/gu) ?? [];
  const initials = words.map((word) => word[0]).join('');
  return { own: hashText(`= ${key}`), words, phrase: ` ${words.join(' ')} `, initials };
});

function optionHashes(
  option: unknown,
  rank: number,
  profile: ArgumentProfile,
  dialogue: DialogueEvidence,
  tied: boolean,
  name: ReadonlySet<string>,
): { hashes: number[]; general: number[] } {
  const general: number[] = [hashText(`rank ${Math.min(rank, 6)}`)];
  const key = valueKey(option);
  const { own, words, phrase, initials } = readOption(key);
  const hashes = [own, hashText(`rank ${Math.min(rank, 6)}`)];
  if (words.length > 0) {
    for (const turn of dialogue.turns) {
      const age = Math.min(turn.age, 3);
      const place = turn.text.indexOf(phrase);
      if (place >= 0) {
        const [beforeLeft = '', left = ''] = turn.text.slice(0, place).split(' ').slice(-2).map(stemOf);
        const right = stemOf(turn.text.slice(place + phrase.length).split(' ', 1)[0] ?? '');
        const likeness = likenessOf(name, '', { left, beforeLeft, right, asked: turn.asked, field: '' });
        const named = [
          hashText('named'),
          hashText(`named ${age}`),
          hashText(`named at ${turn.text.trim() === phrase.trim()}`),
        ];
        hashes.push(
          ...named,
          hashText(`after ${left}`),
          hashText(`after ${beforeLeft} ${left}`),
          hashText(`before ${right}`),
        );
        general.push(...named, hashText(`named like ${likeness}`));
        break;
      }
      if (initials.length > 1 && turn.words.has(initials)) {
        hashes.push(hashText('initials'), hashText(`initials ${age}`));
        general.push(hashText('initials'), hashText(`initials ${age}`));
        break;
      }
      const shared = words.filter((word) => word.length > 2 && turn.words.has(word)).length;
      if (shared > 0) {
        hashes.push(hashText(`part ${age} ${Math.ceil((shared / words.length) * 2)}`));
        general.push(hashText(`part ${age} ${Math.ceil((shared / words.length) * 2)}`));
      }
    }
  }
  if (!tied) return { hashes, general };
  for (const word of dialogue.recent) hashes.push(combine(own, word));
  for (const item of dialogue.state) hashes.push(combine(own, item));
  return { hashes, general };
}

/** Where comparisons occur, every value comes bare and with each operator. */
function withOperators(
  salt: number,
  profile: ArgumentProfile,
  dialogue: DialogueEvidence,
  candidates: readonly Candidate[],
): Candidate[] {
  if (profile.operators.every((operator) => operator === '')) {
    return candidates.map((candidate) => ({ ...candidate, key: ` ${candidate.key}` }));
  }
  return profile.operators.flatMap((operator) => {
    const mark = combine(salt, hashText(`op ${operator}`));
    const shared = [mark, ...dialogue.recent.map((word) => combine(mark, word))];
    return candidates.map((candidate): Candidate => ({
      key: `${operator} ${candidate.key}`,
      value: operator === '' ? candidate.value : { op: operator, value: candidate.value },
      origin: candidate.origin,
      hashes: [...candidate.hashes, ...shared, combine(mark, hashText(candidate.key))],
    }));
  });
}
