export type ValueType = 'int' | 'text' | 'list' | 'flag' | 'float';

export interface Parameter {
  readonly name: string;
  readonly type: ValueType;
}

type Lines = readonly string[];

/** How one language writes the few things of which the sample's code is made. Bodies come and go as lines. */
export interface Syntax {
  /** Language as a `code.execute` call names it. */
  readonly language: string;
  readonly naming: 'camel' | 'snake';
  readonly imports: Lines;
  readonly func: (name: string, parameters: readonly Parameter[], returns: ValueType, body: Lines) => Lines;
  readonly record: (name: string, fields: readonly Parameter[]) => Lines;
  readonly declare: (name: string, type: ValueType, value: string) => string;
  readonly assign: (name: string, value: string) => string;
  readonly each: (item: string, list: string, body: Lines) => Lines;
  readonly range: (index: string, limit: string, body: Lines) => Lines;
  readonly when: (condition: string, body: Lines, otherwise: Lines | null) => Lines;
  readonly give: (value: string) => string;
  readonly print: (value: string) => string;
  readonly comment: (text: string) => string;
  /** A comment of several lines before a function or type; line comments where absent. */
  readonly block?: (text: Lines) => Lines;
  readonly append: (list: string, value: string) => string;
  readonly size: (list: string) => string;
  readonly and: string;
  readonly not: string;
  readonly list: (items: Lines) => string;
  readonly yes: string;
  /** Wraps statements into a program that runs; absent where statements stand alone. */
  readonly program?: (body: Lines) => Lines;
}

export function indent(body: Lines, by = '    '): string[] {
  return body.map((line) => (line === '' ? line : by + line));
}

/** `head {` body `}` with the given indent. */
export function block(head: string, body: Lines, by = '    '): string[] {
  return [`${head} {`, ...indent(body, by), '}'];
}

export function branch(condition: string, body: Lines, otherwise: Lines | null, by = '    '): string[] {
  const first = block(`if ${condition}`, body, by);
  if (otherwise === null) return first;
  return [...first.slice(0, -1), '} else {', ...indent(otherwise, by), '}'];
}

/** A comment block with a star before each line. */
export function starred(text: Lines): string[] {
  return ['/**', ...text.map((line) => ` * ${line}`), ' */'];
}
