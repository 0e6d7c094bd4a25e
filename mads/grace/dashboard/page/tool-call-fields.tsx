import { useId } from 'preact/hooks';
import type { Outcome } from '../../../../engine/core/decision.ts';
import type { Explanation } from '../explanation.ts';

type Tools = Explanation['tools'];

/** Which tool, and with what. */
export function ToolCallFields(props: {
  readonly tools: Tools;
  readonly tool: string;
  readonly onTool: (name: string) => void;
  readonly values: string;
  readonly onValues: (text: string) => void;
}) {
  const { tools, tool } = props;
  const id = useId();
  return (
    <div class="fields">
      <div class="field">
        <label for={id}>Tool</label>
        {tools.length === 0 ? (
          <input id={id} type="text" value={tool} onInput={(event) => props.onTool(event.currentTarget.value)} />
        ) : (
          <select id={id} value={tool} onChange={(event) => props.onTool(event.currentTarget.value)}>
            {tools.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </div>
      {tools.find(({ name }) => name === tool)?.description !== undefined && (
        <p class="muted">{tools.find(({ name }) => name === tool)?.description}</p>
      )}
      <label class="field">
        <span>Arguments (JSON)</span>
        <textarea
          rows={Math.min(12, props.values.split('\n').length + 1)}
          spellcheck={false}
          class="code"
          value={props.values}
          onInput={(event) => props.onValues(event.currentTarget.value)}
        />
      </label>
    </div>
  );
}

/** What was proposed where it was this tool, else empty values for its parameters. */
export function templateOf(tool: Tools[number] | undefined, proposed: Outcome | null): string {
  if (proposed?.kind === 'tool-call' && proposed.name === tool?.name)
    return JSON.stringify(proposed.arguments, null, 2);
  const properties = tool?.parameters['properties'];
  const entries = properties !== null && typeof properties === 'object' ? Object.entries(properties) : [];
  return JSON.stringify(Object.fromEntries(entries.map(([name, schema]) => [name, blank(schema)])), null, 2);
}

function blank(schema: unknown): unknown {
  const { type, enum: choices } = (schema ?? {}) as { readonly type?: string; readonly enum?: readonly unknown[] };
  if (Array.isArray(choices)) return choices[0];
  if (type === 'number' || type === 'integer') return 0;
  if (type === 'boolean') return false;
  if (type === 'array') return [];
  return type === 'object' ? {} : '';
}

/** Null where the text is no JSON object. */
export function argumentsOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
