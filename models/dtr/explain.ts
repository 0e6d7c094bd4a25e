import type { Doubt } from './mixed/doubt.ts';
import { doubtAtEdges, doubtOf } from './mixed/doubt.ts';
import type { Flip } from './flip.ts';
import { smallestFlip } from './flip.ts';
import type { Feature } from './features/schema.ts';
import { features } from './features/schema.ts';
import { windowLimit } from './features/text-window.ts';
import type { PathStep } from './trees/flat-trees.ts';
import { markerFeatures } from './router.ts';
import type { KnownDestination, Route, Router } from './router.ts';

/** Trees of a boosted set whose questions may be told, questions told in all, and those about learned words among them. */
const treesTold = 12;
const sentencesTold = 6;
const learnedTold = 2;

/** Columns that the shares of a feature are taken of, by the first words of what it is about. */
const wholes: readonly (readonly [words: string, noun: string, column: number])[] = [
  ['of the lines', 'lines', columnOf('lines')],
  ['of the words', 'words', columnOf('words')],
  ['of the runs between blanks', 'runs between blanks', columnOf('chunks')],
];

/**
 * Why a text was routed as it was, in plain sentences: what its words want, the questions that weighed most, how often
 * such texts were met and how often one so sure is wrong, and what little change would have made it something else.
 */
export function explainRoute(router: Router, text: string, route: Route, flips = false): string[] {
  const sentences: string[] = [];
  if (route.cut !== null && route.wish !== null) {
    const doubt = doubtPhrases[doubtOf(route.cut.instruction) ?? 'question'];
    const wants = { run: 'ask to run', keep: 'ask to keep', ask: doubt, none: 'go with' }[route.wish];
    sentences.push(`The words "${shorten(route.cut.instruction)}" ${wants} the rest of the message.`);
  } else if (route.wish === 'ask') {
    const doubt = doubtPhrases[doubtAtEdges(text) ?? 'question'];
    sentences.push(`The words at its edges ${doubt} what stands there, so it is left to be read.`);
  }
  const part = route.cut === null ? text : text.slice(route.cut.start, route.cut.end);
  router.measure(part);
  const { row, parts } = router;
  const paths = parts.trees.paths(row);
  const questions = questionsOf(paths.map(({ steps }) => steps));
  sentences.push(...tellingFirst(questions, row).map((step) => sentenceOf(step, row)));
  if (route.known !== null) sentences.push(destinationOf(router, route.known));
  sentences.push(supportOf(paths, parts.trees.model.kind, route));
  if (!flips) return sentences;
  const subject = route.cut === null ? 'it' : 'the payload';
  sentences.push(flipSentence(smallestFlip(parts.trees, row), row, subject));
  return sentences;
}

/** What words of doubt in an instruction do to the rest of the message. */
const doubtPhrases: Readonly<Record<Doubt, string>> = {
  question: 'ask about',
  negation: 'speak against doing anything with',
  condition: 'set a condition for',
  plan: 'only speak of plans for',
  tale: 'only tell of',
};

/** Where only one destination is known, the words chose nothing. */
function destinationOf({ parts }: Router, known: KnownDestination): string {
  const choices = parts.destinations?.known.filter((other) => other.class === known.class).length ?? 0;
  return choices > 1
    ? `Of ${choices} known destinations its words are most like what went to ${known.key}.`
    : `The only known destination for such content is ${known.key}.`;
}

/** The last two questions of each path are the most particular ones; each feature once. */
function questionsOf(paths: readonly (readonly PathStep[])[]): PathStep[] {
  const questions = new Map<number, PathStep>();
  for (const steps of paths.slice(0, treesTold)) {
    for (const step of steps.toReversed().slice(0, 2)) {
      if (!questions.has(step.column)) questions.set(step.column, step);
    }
  }
  return [...questions.values()];
}

/** What a text has says more to a reader than what it lacks. */
function tellingFirst(questions: readonly PathStep[], row: Float64Array): PathStep[] {
  const learned = questions.filter(({ column }) => column >= features.length).slice(0, learnedTold);
  const plain = questions.filter(({ column }) => column < features.length);
  const present = plain.filter(({ column }) => row[column] !== 0);
  const absent = plain.filter(({ column }) => row[column] === 0);
  return [...present.slice(0, sentencesTold - learned.length), ...learned, ...absent].slice(0, sentencesTold);
}

function supportOf(
  paths: readonly { readonly support: number }[],
  kind: 'classifier' | 'boosted',
  route: Route,
): string {
  const support = paths[0]?.support ?? 0;
  const met =
    kind === 'classifier'
      ? `${support} training messages ended at the same leaf`
      : `${paths.length} small trees were asked; the leaf that said most held ${support} training messages`;
  return `${met}; of held-back ones as sure as this, about ${percent(1 - route.confidence)} were wrong.`;
}

function sentenceOf(step: PathStep, row: Float64Array): string {
  const feature = features[step.column];
  const value = row[step.column] as number;
  if (feature === undefined) {
    return `${capital(learnedPhrase(step.column, value))} (${value.toFixed(2)}, ${relation(step)}).`;
  }
  // A flag answers its question by itself.
  const asked = feature.unit === 'flag' ? '' : ` (${relation(step, feature)})`;
  return `${capital(describe(feature, value, row))}${asked}.`;
}

function describe(feature: Feature, value: number, row: Float64Array): string {
  if (feature.unit === 'share') return counted(feature, value, row) ?? `${percent(value)} ${feature.about}`;
  if (feature.unit === 'flag') return value > 0 ? feature.about : `it is not so that ${feature.about}`;
  if (feature.unit === 'code') return `${feature.about}: ${value}`;
  return `${Number(value.toFixed(2))} ${value === 1 ? singular(feature.about) : feature.about}`;
}

/** "plain words in a row" to "plain word in a row"; the noun comes first, or after one adjective. */
function singular(about: string): string {
  return about
    .replace('parentheses', 'parenthesis')
    .replace(/^((?:plain|command|escaped|quoted|file) )?(\w+[^s\W])s\b/, '$1$2')
    .replace('that begin ', 'that begins ');
}

/** "2 of 3 lines begin with a digit"; null where the share is not of things that can be counted. */
function counted({ about }: Feature, value: number, row: Float64Array): string | null {
  // Of a long text only samples are looked at, so that numbers would be those of the samples.
  if ((row[columnOf('length')] as number) > windowLimit) return null;
  for (const [words, noun, column] of wholes) {
    const all = row[column] as number;
    if (about.startsWith(`${words} `) && all > 0) {
      return `${Math.round(value * all)} of ${all} ${noun}${about.slice(words.length)}`;
    }
  }
  return null;
}

/** "learned words speak for a command rather than data by" and a number below zero: they speak for data. */
function learnedPhrase(column: number, value: number): string {
  const about = markerFeatures[column - features.length]?.about ?? 'learned words count by';
  const [, words, one, other] = /^(.*) speak for (.*) rather than (.*) by$/.exec(about) ?? [];
  if (words === undefined) return about.replace(/ by$/, '');
  return value < 0
    ? `${words} speak for ${other} rather than ${one}`
    : `${words} speak for ${one} rather than ${other}`;
}

const answers = ['taken for something to execute', 'taken for data', 'read as language'] as const;

function flipSentence(flips: readonly Flip[], row: Float64Array, subject: string): string {
  const last = flips.at(-1);
  if (last === undefined) return 'No change of one or two features would make the trees answer otherwise.';
  const changes = flips.map((flip) => changePhrase(flip, row)).join(', and ');
  return `The smallest change that matters: ${changes}, ${subject} would be ${answers[last.to] ?? 'passed up'}.`;
}

function changePhrase({ column, threshold, below }: Flip, row: Float64Array): string {
  const feature = features[column];
  const value = row[column] as number;
  const how = below ? 'less than' : 'at least';
  if (feature === undefined) {
    return `where ${learnedPhrase(column, 0)} by ${how} ${short(threshold)} (now ${short(value)})`;
  }
  if (feature.unit === 'flag') return `were it ${below ? 'not ' : ''}so that ${feature.about}`;
  const limit = limitOf(threshold, feature);
  if (feature.unit === 'code') return `with ${feature.about} ${how} ${limit} (now ${short(value)})`;
  const now = feature.unit === 'share' ? percent(value) : String(short(value));
  if (feature.unit === 'count')
    return `with ${below ? `fewer than ${limit}` : `${limit} or more`} ${feature.about} (now ${now})`;
  return `if ${how} ${limit} ${feature.about} (now ${now})`;
}

function short(value: number): number {
  return Number(value.toFixed(2));
}

function relation(step: PathStep, feature?: Feature): string {
  return step.below ? `less than ${limitOf(step.threshold, feature)}` : `at least ${limitOf(step.threshold, feature)}`;
}

function limitOf(threshold: number, feature?: Feature): string {
  if (feature?.unit === 'share') return percent(threshold);
  // Counts are whole, so "at least 0.5" is at least one; the average word is not.
  const isWhole = feature?.unit === 'count' && feature.name !== 'wordLength';
  return String(isWhole ? Math.ceil(threshold) : Number(threshold.toPrecision(4)));
}

function columnOf(name: string): number {
  return features.findIndex((feature) => feature.name === name);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}

function shorten(words: string): string {
  return words.length > 80 ? `${words.slice(0, 77)}...` : words;
}
