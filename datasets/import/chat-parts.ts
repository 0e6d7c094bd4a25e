import type { ImagePart, Part, Provenance, ToolCallPart } from '../../engine/core/message.ts';
import { arrayAt, FieldFault, isObject, kindOf, objectAt, optionalString, stringAt } from './field.ts';

/** Parts of a `content` field: text, a list of typed parts, or null. @throws FieldFault */
export function contentParts(content: unknown, provenance: Provenance, where: string): readonly Part[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content, provenance }];
  if (Array.isArray(content)) {
    return content.map((part: unknown, index) => contentPart(part, provenance, `${where}[${index}]`));
  }
  throw new FieldFault(`${where}: expected a string, an array of parts or null, got ${kindOf(content)}`);
}

function contentPart(value: unknown, provenance: Provenance, where: string): Part {
  if (typeof value === 'string') return { kind: 'text', text: value, provenance };
  const part = objectAt(value, where);
  const type = stringAt(part['type'] ?? 'text', `${where}.type`);
  if (type === 'text' || type === 'input_text' || type === 'output_text') {
    return { kind: 'text', text: stringAt(part['text'], `${where}.text`), provenance };
  }
  if (type === 'refusal') return { kind: 'text', text: stringAt(part['refusal'], `${where}.refusal`), provenance };
  if (type === 'image_url' || type === 'input_image') return imagePart(part['image_url'], provenance, where);
  // Audio, files and what comes later: kept whole, as data that nobody needs to understand here.
  return { kind: 'data', mediaType: 'application/json', text: JSON.stringify(part), provenance };
}

function imagePart(value: unknown, provenance: Provenance, where: string): ImagePart {
  const url = isObject(value) ? value['url'] : value;
  return { kind: 'image', url: stringAt(url, `${where}.image_url`), provenance };
}

/** Calls of an assistant message, in the present shape (`tool_calls`) and the old one (`function_call`). @throws FieldFault */
export function callParts(
  message: Readonly<Record<string, unknown>>,
  messageId: string,
  where: string,
): readonly ToolCallPart[] {
  const calls: ToolCallPart[] = [];
  const listed = message['tool_calls'];
  if (listed !== undefined && listed !== null) {
    for (const [index, item] of arrayAt(listed, `${where}.tool_calls`).entries()) {
      const place = `${where}.tool_calls[${index}]`;
      const call = objectAt(item, place);
      const id = optionalString(call['id'], `${place}.id`) ?? `${messageId}/call${index}`;
      calls.push(callPart(id, call['function'] ?? call['custom'], `${place}.function`));
    }
  }
  const legacy = message['function_call'];
  if (legacy !== undefined && legacy !== null) {
    calls.push(callPart(`${messageId}/call${calls.length}`, legacy, `${where}.function_call`));
  }
  return calls;
}

function callPart(id: string, value: unknown, where: string): ToolCallPart {
  const call = objectAt(value, where);
  const name = stringAt(call['name'], `${where}.name`);
  return {
    kind: 'tool-call',
    id,
    name,
    arguments: callArguments(call['arguments'] ?? call['input']),
    provenance: 'model',
  };
}

/** Arguments that are no JSON object are kept word for word under this name; the call itself is history and stays. */
export const rawArguments = '_raw';

function callArguments(value: unknown): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'string') return { [rawArguments]: JSON.stringify(value) };
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) ? parsed : { [rawArguments]: value };
  } catch {
    return { [rawArguments]: value };
  }
}
