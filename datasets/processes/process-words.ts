import type { Edge, Process, Step } from '../../engine/core/process.ts';
import type { JsonSchema } from '../../engine/core/tool-definition.ts';

/** What a step does in one short line. */
export function stepLine(step: Step): string {
  if (step.kind === 'call') return `${step.tool}(${Object.keys(step.arguments).join(', ')})`;
  return step.text;
}

/** When an edge is taken; empty where it is taken whenever no other fits. */
export function conditionOf({ when }: Edge): string {
  return when === undefined ? '' : `${when.path} = ${JSON.stringify(when.equals)}`;
}

/** Two edges between the same steps are told apart by their conditions. */
export function edgeName(edge: Edge): string {
  const condition = conditionOf(edge);
  return `${edge.from} → ${edge.to}${condition === '' ? '' : ` when ${condition}`}`;
}

/** A machine's name as people would write it: `is_it_travel_or_meals` -> `Is it travel or meals`. */
export function readableName(name: string): string {
  const words = name
    .replace(/^(?:say|ask|tell):/, '')
    .replace(/:[0-9a-f]{8}$/, '')
    .replaceAll(/[\s._:-]+/g, ' ')
    .trim();
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a step does, told to people who never saw its name. */
export function stepTitle(step: Step): string {
  return step.kind === 'call' ? `Calls ${step.tool}` : `“${step.text}”`;
}

/** When an edge is taken, by the words that asked for what it hangs on; empty where it is taken whenever no other fits. */
export function conditionText(process: Process, { when }: Edge): string {
  if (when === undefined) return '';
  const [question] = questionsOf(process, when.path);
  const asked = question === undefined ? readableName(when.path) : `“${question}”`;
  return `${asked} is ${valueText(when.equals)}`;
}

/** A value as an answer: `yes` for true. */
export function valueText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * What a name within a process stands for: a step, `step.argument`, or `step → step`. The name itself where it is none of
 * these, `the whole` where it is empty.
 */
export function placeText(process: Process, where: string): string {
  if (where === '') return 'the whole';
  const [from = '', to] = where.split(' → ');
  const named = (id: string): Step | undefined => process.steps.find((step) => step.id === id);
  const [before, after] = [named(from), to === undefined ? undefined : named(to)];
  if (before !== undefined && to === undefined) return stepTitle(before);
  if (before !== undefined && after !== undefined) return `from ${stepTitle(before)} to ${stepTitle(after)}`;
  const dot = where.lastIndexOf('.');
  const step = dot < 0 ? undefined : named(where.slice(0, dot));
  return step === undefined ? where : `${where.slice(dot + 1)} where it ${stepTitle(step).replace(/^C/, 'c')}`;
}

/** Which values a schema takes, in a few words; JSON where there are none for it. */
export function schemaText(schema: JsonSchema): string {
  const { type, enum: allowed, pattern, minimum, maximum, exclusiveMinimum, description: _told, ...rest } = schema;
  if (Object.keys(rest).length > 0) return JSON.stringify(schema);
  if (Array.isArray(allowed)) return `one of ${allowed.map(valueText).join(', ')}`;
  if (type === 'boolean') return 'yes or no';
  if (type === 'number' || type === 'integer') {
    const bounds = [
      ...(minimum === undefined ? [] : [`at least ${valueText(minimum)}`]),
      ...(exclusiveMinimum === undefined ? [] : [`above ${valueText(exclusiveMinimum)}`]),
      ...(maximum === undefined ? [] : [`at most ${valueText(maximum)}`]),
    ];
    return [type === 'integer' ? 'a whole number' : 'a number', ...bounds].join(', ');
  }
  if (type === 'string') return typeof pattern === 'string' ? `text of the form ${pattern}` : 'text';
  return type === undefined ? 'anything' : JSON.stringify(schema);
}

function questionsOf(process: Process, slot: string): string[] {
  const asked = process.steps.flatMap((step) => (step.kind === 'ask' && step.slot === slot ? [step.text] : []));
  const told = process.slots.flatMap(({ name, question }) =>
    name === slot && question !== undefined ? [question] : [],
  );
  return [...asked, ...told];
}
