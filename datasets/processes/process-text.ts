import { isMap, isSeq, LineCounter, parseDocument, stringify, type Document } from 'yaml';
import type { z } from 'zod';
import { EngineError, messageOf } from '../../engine/core/errors.ts';

/** A YAML (or JSON) text that was read, with the lines of its parts at hand. */
export class ProcessText {
  readonly #document: Document;
  readonly #lines = new LineCounter();
  readonly #where: string;
  readonly #fallback: string;

  /**
   * @param where what the text is called in errors, such as its file name
   * @param name of the process, for errors in texts that do not say it
   * @throws PROCESS_INVALID naming the line
   */
  constructor(text: string, where: string, name: string) {
    this.#where = where;
    this.#fallback = name;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const [fault] = this.#document.errors;
    if (fault !== undefined) throw this.#fault([], `it is no YAML: ${fault.message}`, this.#lineAt(fault.pos[0]));
  }

  /** @throws PROCESS_INVALID naming process, step and line of the first fault */
  read<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    let value: unknown;
    try {
      value = this.#document.toJS();
    } catch (error) {
      throw this.#fault([], messageOf(error), 1);
    }
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const path = (issue?.path ?? []).map((key) => (typeof key === 'symbol' ? String(key) : key));
    throw this.#fault(path, `${path.join('.')}: ${issue?.message ?? 'it does not fit'}`.replace(/^: /, ''));
  }

  /** A fault that was found in the meaning of the process, with the line where the step stands. */
  located(error: EngineError): EngineError {
    const step = String(error.detail['step'] ?? '');
    const index = this.#steps().findIndex((one) => one === step);
    const path = index < 0 ? [...this.#root(), 'steps'] : [...this.#root(), 'steps', index];
    const detail = `${this.#where}, line ${this.#line(path)}: ${String(error.detail['detail'] ?? error.message)}`;
    return new EngineError('PROCESS_INVALID', { process: this.#name(), step, detail }, { cause: error });
  }

  #fault(path: readonly (string | number)[], detail: string, line = this.#line(path)): EngineError {
    const root = this.#root();
    const inSteps = path[root.length] === 'steps' ? path[root.length + 1] : undefined;
    const step = (typeof inSteps === 'number' ? this.#steps()[inSteps] : undefined) ?? '(none)';
    return new EngineError('PROCESS_INVALID', {
      process: this.#name(),
      step,
      detail: `${this.#where}, line ${line}: ${detail}`,
    });
  }

  /** A text holds a definition alone, or a whole file with the definition in it. */
  #root(): string[] {
    return this.#document.has('definition') ? ['definition'] : [];
  }

  #name(): string {
    const found: unknown = this.#document.getIn([...this.#root(), 'name']);
    return typeof found === 'string' && found !== '' ? found : this.#fallback;
  }

  /** Ids of the steps, in order. */
  #steps(): string[] {
    const steps: unknown = this.#document.getIn([...this.#root(), 'steps']);
    if (!isSeq(steps)) return [];
    return steps.items.map((item) => {
      const id: unknown = isMap(item) ? item.get('id') : undefined;
      return typeof id === 'string' ? id : '';
    });
  }

  /** Of the innermost part on the way that exists: what is missing is named where it should stand. */
  #line(path: readonly (string | number)[]): number {
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = this.#document.getIn(path.slice(0, length), true);
      const range = (node as { readonly range?: readonly number[] } | undefined)?.range;
      if (range?.[0] !== undefined) return this.#lineAt(range[0]);
    }
    return 1;
  }

  #lineAt(offset: number): number {
    return Math.max(1, this.#lines.linePos(offset).line);
  }
}

/** Plain YAML that a person can read and change; the same value gives the same text. */
export function textOf(value: unknown, comment = ''): string {
  const head = comment === '' ? '' : `${comment.replaceAll(/^/gm, '# ')}\n`;
  return `${head}${stringify(value, { lineWidth: 120, aliasDuplicateObjects: false })}`;
}
