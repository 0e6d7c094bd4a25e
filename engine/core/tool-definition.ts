/**
 * What a tool can do to the world: `read` changes nothing, `reversible` can be undone, `irreversible` cannot.
 * An unknown tool counts as irreversible.
 */
export type BlastRadius = 'read' | 'reversible' | 'irreversible';

/** A JSON Schema object; validated by the action engine, shown to the LLM unchanged. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool as it is offered to a tier or an LLM: a promise about arguments, without the code behind it. */
export interface ToolDefinition {
  /** Canonical name, dots allowed: `mads.rogers.recall`, `shell.run`. */
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments object. */
  readonly parameters: JsonSchema;
  readonly blastRadius?: BlastRadius;
}
