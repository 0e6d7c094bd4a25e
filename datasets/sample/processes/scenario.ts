import type { Edge, Origin, Process, Slot, Step } from '../../../engine/core/process.ts';
import type { BlastRadius, JsonSchema, ToolDefinition } from '../../../engine/core/tool-definition.ts';
import type { Draw } from '../draw.ts';

export type SlotValue = string | number;

/** How people give the value of one slot. Templates are those of `Draw.phrase`; `‹value›` is the value. */
export interface Field {
  readonly slot: string;
  readonly schema: JsonSchema;
  readonly question: string;
  readonly value: (draw: Draw) => SlotValue;
  readonly answers: readonly string[];
  /** The shortest way to say it beside another value. */
  readonly brief: string;
  /** Asked only where another slot has this value. */
  readonly onlyIf?: { readonly slot: string; readonly equals: SlotValue };
}

/** A tool that a process calls, with arguments that come from slots of the same names. */
export interface ProcessCall {
  readonly tool: string;
  readonly description: string;
  readonly blastRadius: BlastRadius;
  readonly slots: readonly string[];
  readonly constants?: Readonly<Record<string, string>>;
  readonly result: (draw: Draw) => Readonly<Record<string, unknown>>;
}

export interface ScenarioPlan {
  readonly role: string;
  readonly name: string;
  readonly description: string;
  /** What users begin with; a slot's name in marks gives its value at once. */
  readonly openings: readonly string[];
  readonly fields: readonly Field[];
  /** Looked up once the field at `after` is known; `not_found` ends the process with `missing`. */
  readonly lookup?: ProcessCall & { readonly after: string; readonly missing: string };
  /** Asked before the last call. */
  readonly confirm?: { readonly question: string; readonly declined: string };
  readonly call: ProcessCall;
  readonly done: string;
}

export interface Scenario extends ScenarioPlan {
  readonly process: Process;
  readonly tools: readonly ToolDefinition[];
}

export const anythingElse = 'Is there anything else I can do for you?';
const yesOrNo: JsonSchema = { type: 'string', enum: ['yes', 'no'] };

/** Makes the process and its tools from the plan: fields in order, look-up, confirmation, call, farewell. */
export function scenario(plan: ScenarioPlan): Scenario {
  const steps: Step[] = [];
  const edges: Edge[] = [];
  for (const field of plan.fields) {
    steps.push({ id: `ask_${field.slot}`, kind: 'ask', slot: field.slot, text: field.question });
    if (plan.lookup?.after === field.slot) steps.push(callStep('lookup', plan.lookup));
  }
  if (plan.confirm !== undefined) {
    steps.push({ id: 'ask_confirmed', kind: 'ask', slot: 'confirmed', text: plan.confirm.question });
  }
  steps.push(callStep('perform', plan.call));
  steps.push({ id: 'ask_more', kind: 'ask', slot: 'more', text: `${plan.done} ${anythingElse}` });
  steps.push({ id: 'farewell', kind: 'end', text: 'Thank you and goodbye.' });
  for (const [index, step] of steps.slice(0, -1).entries()) edges.push(...edgesFrom(plan, steps, index, step));
  edges.push({ from: 'ask_more', to: 'go_on', when: { path: 'more', equals: 'yes' } });
  steps.push({ id: 'go_on', kind: 'end', text: 'Gladly. What else do you need?' });
  addDetour(steps, edges, 'lookup', plan.lookup?.missing, { path: 'lookup.status', equals: 'not_found' });
  addDetour(steps, edges, 'ask_confirmed', plan.confirm?.declined, { path: 'confirmed', equals: 'no' });
  const slots: Slot[] = plan.fields.map(({ slot, schema, question, onlyIf }) => ({
    name: slot,
    schema,
    question,
    required: onlyIf === undefined,
  }));
  for (const name of plan.confirm === undefined ? ['more'] : ['confirmed', 'more']) {
    slots.push({ name, schema: yesOrNo, required: true });
  }
  const process: Process = {
    name: plan.name,
    description: plan.description,
    slots,
    steps,
    edges,
    start: steps[0]?.id ?? '',
  };
  return { ...plan, process, tools: toolsOf(plan) };
}

/** To the next step; past a step that is asked only sometimes, unless its condition holds. */
function edgesFrom(plan: ScenarioPlan, steps: readonly Step[], index: number, { id }: Step): Edge[] {
  const next = steps[index + 1];
  if (next === undefined) return [];
  const onlyIf = plan.fields.find((field) => `ask_${field.slot}` === next.id)?.onlyIf;
  if (onlyIf === undefined) return [{ from: id, to: next.id }];
  const when = { path: onlyIf.slot, equals: onlyIf.equals };
  return [{ from: id, to: next.id, when }, ...edgesFrom(plan, steps, index + 1, { ...next, id })];
}

function addDetour(
  steps: Step[],
  edges: Edge[],
  from: string,
  text: string | undefined,
  when: NonNullable<Edge['when']>,
): void {
  if (text === undefined) return;
  const id = `ask_more_after_${from.replace('ask_', '')}`;
  steps.push({ id, kind: 'ask', slot: 'more', text: `${text} ${anythingElse}` });
  edges.push({ from, to: id, when });
  edges.push({ from: id, to: 'farewell' }, { from: id, to: 'go_on', when: { path: 'more', equals: 'yes' } });
}

function callStep(id: string, call: ProcessCall): Step {
  const origins: [string, Origin][] = [
    ...call.slots.map((slot): [string, Origin] => [slot, { from: 'slot', slot }]),
    ...Object.entries(call.constants ?? {}).map(([name, value]): [string, Origin] => [
      name,
      { from: 'constant', value },
    ]),
  ];
  return { id, kind: 'call', tool: call.tool, arguments: Object.fromEntries(origins) };
}

function toolsOf(plan: ScenarioPlan): readonly ToolDefinition[] {
  const calls = plan.lookup === undefined ? [plan.call] : [plan.lookup, plan.call];
  return calls.map((call) => {
    const optional = plan.fields.filter((field) => field.onlyIf !== undefined).map((field) => field.slot);
    const named = call.slots.map((slot): [string, JsonSchema] => [
      slot,
      plan.fields.find((field) => field.slot === slot)?.schema ?? { type: 'string' },
    ]);
    const fixed = Object.keys(call.constants ?? {}).map((name): [string, JsonSchema] => [name, { type: 'string' }]);
    const properties = Object.fromEntries([...named, ...fixed]);
    const required = Object.keys(properties).filter((name) => !optional.includes(name));
    const parameters = { type: 'object', properties, required, additionalProperties: false };
    return { name: call.tool, description: call.description, parameters, blastRadius: call.blastRadius };
  });
}
