import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { messageOf } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import type { JsonSchema } from '../core/tool-definition.ts';

/** Compiled schemas that are kept; clients send their tools with every request. */
const kept = 256;

/**
 * Compiles schemas, once each. The first one of a compiler takes 25 to 60 ms, any other about 2: so one serves the whole
 * process, and what it keeps depends on nothing but the schemas.
 */
class Compiler {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, addUsedSchema: false });
  /** Tools of this process keep their schema object; no text has to be made of it again. */
  readonly #byObject = new WeakMap<JsonSchema, ValidateFunction>();
  readonly #compiled = new Map<string, { readonly schema: JsonSchema; readonly validate: ValidateFunction }>();

  /** @throws Error where it is no schema */
  validator(schema: JsonSchema): ValidateFunction {
    const same = this.#byObject.get(schema);
    if (same !== undefined) return same;
    const validate = this.#compile(schema);
    this.#byObject.set(schema, validate);
    return validate;
  }

  #compile(schema: JsonSchema): ValidateFunction {
    const key = canonicalJson(schema);
    const known = this.#compiled.get(key);
    if (known !== undefined) return known.validate;
    const plain = withoutPatterns(schema) as JsonSchema;
    const validate = this.#ajv.compile(plain);
    this.#compiled.set(key, { schema: plain, validate });
    if (this.#compiled.size > kept) {
      const [oldest, entry] = this.#compiled.entries().next().value ?? [];
      if (oldest !== undefined && entry !== undefined) {
        this.#compiled.delete(oldest);
        this.#ajv.removeSchema(entry.schema);
      }
    }
    return validate;
  }
}

const compiler = new Compiler();

/**
 * Says what is wrong with arguments. Patterns are left out: a schema may come from a client, and a backtracking
 * expression from outside must not run here.
 */
export class ArgumentCheck {
  /** One line naming the place and the fault; null where the value fits. */
  fault(schema: JsonSchema, value: unknown): string | null {
    let validate: ValidateFunction;
    try {
      validate = compiler.validator(schema);
    } catch (error) {
      return `its schema cannot be read: ${messageOf(error)}`;
    }
    if (validate(value)) return null;
    const faults = (validate.errors ?? []).map(
      (fault) => `${fault.instancePath || 'arguments'} ${fault.message ?? ''}`,
    );
    return [...new Set(faults)].slice(0, 3).join('; ');
  }

  /** What is wrong with a schema itself; null where values can be checked against it. */
  schemaFault(schema: JsonSchema): string | null {
    try {
      compiler.validator(schema);
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }
}

/** `$id` and `$schema` go too: two clients may use one id, and drafts older than 2020-12 mean the same here. */
const dropped = new Set(['pattern', 'patternProperties', '$id', '$schema']);

function withoutPatterns(value: unknown, isNameMap = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutPatterns(item));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key]) => isNameMap || !dropped.has(key));
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      key,
      withoutPatterns(inner, !isNameMap && (key === 'properties' || key === '$defs')),
    ]),
  );
}
