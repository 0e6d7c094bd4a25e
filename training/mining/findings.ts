import type { Process } from '../../engine/core/process.ts';
import type { JsonSchema } from '../../engine/core/tool-definition.ts';
import { conditionsOf, type Condition } from './conditions.ts';
import { graphOf, type Graph } from './graph.ts';
import { Names, slug, toolName } from './names.ts';
import { originsOf, type ArgumentOrigin } from './origins.ts';
import { questionsOf, type Question } from './questions.ts';
import { callAt, type Run } from './run.ts';
import { variantOf, withVariants } from './variants.ts';
import { textOfStep, type StepText } from './wordings.ts';

/** Everything that the runs of one process show, before it becomes a definition. */
export interface Findings {
  readonly runs: readonly Run[];
  readonly graph: Graph;
  readonly origins: readonly ArgumentOrigin[];
  readonly questions: ReadonlyMap<string, Question>;
  readonly texts: ReadonlyMap<string, StepText>;
  readonly conditions: readonly Condition[];
  /** Step id of each key of the graph. */
  readonly ids: ReadonlyMap<string, string>;
  readonly tools: ReadonlyMap<string, string>;
  /** Schemas that tools declare for their arguments, by argument. */
  readonly declared: ReadonlyMap<string, JsonSchema>;
}

export interface FindingsOptions {
  readonly isCall: (key: string) => boolean;
  readonly homeOf: (key: string) => number;
  readonly declared: ReadonlyMap<string, JsonSchema>;
  /** The same process as it is defined already; its step ids are kept. */
  readonly known: Process | undefined;
}

export function findingsOf(plain: readonly Run[], { isCall, homeOf, declared, known }: FindingsOptions): Findings {
  const runs = withVariants(plain);
  const graph = graphOf(runs, isCall, homeOf);
  const keys = graph.steps.map(({ key }) => key);
  const kept = new Set(keys);
  const questions = questionsOf(runs);
  const tools = new Map<string, string>();
  for (const run of runs) {
    for (const { key, at } of run.taken) {
      const call = callAt(run, at);
      if (call !== undefined) tools.set(key, call.tool);
    }
  }
  const names = new Names();
  const ids = new Map<string, string>();
  // Calls first: texts refer to their results by step id.
  for (const key of keys)
    if (isCall(key)) ids.set(key, names.of(knownCall(known, key, tools) ?? nameOfCall(key, tools)));
  const texts = new Map<string, StepText>();
  for (const key of keys)
    if (!isCall(key))
      texts.set(
        key,
        textOfStep(runs, key, (one) => ids.get(one)),
      );
  for (const [key, text] of texts) {
    const argument = questions.get(key)?.argument;
    const own = argument === null || argument === undefined ? slug(firstWords(text.text)) : `ask_${slug(argument)}`;
    ids.set(key, names.of(knownReply(known, text) ?? own));
  }
  const origins = originsOf(runs, (key) => kept.has(key));
  return { runs, graph, origins, questions, texts, conditions: conditionsOf(runs, graph.edges), ids, tools, declared };
}

function nameOfCall(key: string, tools: ReadonlyMap<string, string>): string {
  const variant = variantOf(key);
  return `${toolName(tools.get(key) ?? 'call')}${variant === null ? '' : ` ${String(variant.value)}`}`;
}

function knownCall(known: Process | undefined, key: string, tools: ReadonlyMap<string, string>): string | undefined {
  const variant = variantOf(key);
  return known?.steps.find((step) => {
    if (step.kind !== 'call' || step.tool !== tools.get(key)) return false;
    const origin = variant === null ? undefined : step.arguments[variant.name];
    return variant === null || (origin?.from === 'constant' && origin.value === variant.value);
  })?.id;
}

function knownReply(known: Process | undefined, { forms }: StepText): string | undefined {
  const bare = (text: string): string => slugless(text);
  const mine = new Set(forms.map(({ text }) => bare(text)));
  return known?.steps.find((step) => step.kind !== 'call' && mine.has(bare(step.text)))?.id;
}

function slugless(text: string): string {
  return text
    .toLowerCase()
    .replace(/\{[^}]*\}/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function firstWords(text: string): string {
  return text
    .replace(/\{[^}]*\}/g, ' ')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 6)
    .join(' ');
}
