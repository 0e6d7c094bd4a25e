import type { BlastRadius, JsonSchema, ToolDefinition } from '../../engine/core/tool-definition.ts';
import { arrayAt, isObject, objectAt, optionalString, stringAt, type JsonObject } from './field.ts';

const anyObject: JsonSchema = { type: 'object' };

/**
 * Tools that a record offers: `tools` (OpenAI, with or without the `function` envelope, or MCP's `inputSchema`) and the
 * older `functions`. Equal lists give one shared array: a month of logs repeats the same few lists.
 * @throws FieldFault
 */
export class ToolLists {
  readonly #known = new Map<string, readonly ToolDefinition[]>();

  read(record: JsonObject): readonly ToolDefinition[] {
    const listed = [...list(record['tools'], 'tools'), ...list(record['functions'], 'functions')];
    if (listed.length === 0) return [];
    const key = JSON.stringify(listed);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const tools = listed.map((item, index) => toolOf(item, `tools[${index}]`));
    if (this.#known.size < 1000) this.#known.set(key, tools);
    return tools;
  }
}

function list(value: unknown, where: string): readonly unknown[] {
  return value === undefined || value === null ? [] : arrayAt(value, where);
}

function toolOf(value: unknown, where: string): ToolDefinition {
  const item = objectAt(value, where);
  const tool = isObject(item['function']) ? item['function'] : item;
  const name = stringAt(tool['name'] ?? builtInName(item), `${where}.name`);
  const description = optionalString(tool['description'], `${where}.description`);
  const schema = tool['parameters'] ?? tool['inputSchema'] ?? tool['input_schema'];
  const blastRadius = radiusOf(tool['blastRadius'] ?? tool['blast_radius']);
  return {
    name,
    ...(description === null ? {} : { description }),
    parameters: schema === undefined || schema === null ? anyObject : objectAt(schema, `${where}.parameters`),
    ...(blastRadius === null ? {} : { blastRadius }),
  };
}

/** Tools of the provider itself (`web_search`, ...) are listed by type alone. */
function builtInName(item: JsonObject): unknown {
  return item['type'] === 'function' ? undefined : item['type'];
}

function radiusOf(value: unknown): BlastRadius | null {
  return value === 'read' || value === 'reversible' || value === 'irreversible' ? value : null;
}
