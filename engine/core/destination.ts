import { canonicalJson } from './hash.ts';

/**
 * Where deterministic or fixed content goes: a tool, the argument that takes the payload, and the arguments that stay
 * the same for all content of that kind, such as `language: python` or `kind: csv`.
 */
export interface Destination {
  readonly tool: string;
  /** Argument that receives the payload, unchanged but for an enclosing Markdown fence. */
  readonly argument: string;
  readonly constants: Readonly<Record<string, string>>;
}

/** The label under which a destination is learned; two equal destinations have one key. */
export function destinationKey(destination: Destination): string {
  const constants = Object.keys(destination.constants).length === 0 ? '' : canonicalJson(destination.constants);
  return `${destination.tool}(${destination.argument})${constants}`;
}
