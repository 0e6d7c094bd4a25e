import type { Feature } from './features/schema.ts';
import { features } from './features/schema.ts';
import type { PathStep } from './flat-trees.ts';
import { markerFeatures } from './router.ts';
import type { Route, Router } from './router.ts';

/** Trees of a boosted set whose paths are told, and questions told in all. */
const treesTold = 6;
const sentencesTold = 6;

/** Why a text was routed as it was, in plain sentences. */
export function explainRoute(router: Router, text: string, route: Route): string[] {
  const sentences: string[] = [];
  if (route.cut !== null && route.wish !== null) {
    const wants = { run: 'asks to run', keep: 'asks to keep', ask: 'asks about', none: 'goes with' }[route.wish];
    sentences.push(`The words "${shorten(route.cut.instruction)}" ${wants} the rest of the message.`);
  }
  router.measure(route.payload ?? text);
  const told = new Set<number>();
  const paths = router.parts.trees.paths(router.row);
  for (const path of paths.slice(0, treesTold)) {
    // The last question of a path is the most particular one.
    for (const step of path.steps.toReversed().slice(0, 2)) {
      if (told.has(step.column) || sentences.length >= sentencesTold) continue;
      told.add(step.column);
      sentences.push(sentenceOf(step, router.row[step.column] as number));
    }
  }
  const support = paths[0]?.support ?? 0;
  if (router.parts.trees.model.kind === 'classifier') {
    sentences.push(`${support} training messages ended at the same leaf.`);
  } else
    sentences.push(`${paths.length} small trees were asked; the strongest leaf held ${support} training messages.`);
  if (route.known !== null) sentences.push(`Its words are those of content that went to ${route.known.key}.`);
  return sentences;
}

function sentenceOf(step: PathStep, value: number): string {
  const feature = features[step.column];
  if (feature === undefined) {
    const marker = markerFeatures[step.column - features.length];
    return `The ${marker?.about ?? 'learned words count'} ${value.toFixed(2)} (${relation(step)}).`;
  }
  return `${capital(describe(feature, value))} (${relation(step, feature)}).`;
}

function describe(feature: Feature, value: number): string {
  if (feature.unit === 'share') return `${percent(value)} ${feature.about}`;
  if (feature.unit === 'flag') return value > 0 ? feature.about : `it is not so that ${feature.about}`;
  if (feature.unit === 'code') return `${feature.about}: ${value}`;
  return `${Number(value.toFixed(2))} ${feature.about}`;
}

function relation(step: PathStep, feature?: Feature): string {
  const limit = feature?.unit === 'share' ? percent(step.threshold) : String(Number(step.threshold.toPrecision(4)));
  return step.below ? `less than ${limit}` : `at least ${limit}`;
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
