import type { JsonSchema } from './tool-definition.ts';

/** A value that a process needs, and the question that asks for it. */
export interface Slot {
  readonly name: string;
  readonly schema: JsonSchema;
  /** Words that ask for it; absent where it is never asked for. */
  readonly question?: string;
  readonly required: boolean;
}

/** Where an argument comes from: a slot, a constant, or the result of an earlier call. */
export type Origin =
  | { readonly from: 'slot'; readonly slot: string }
  | { readonly from: 'constant'; readonly value: unknown }
  | { readonly from: 'result'; readonly step: string; readonly path: string };

export type Step =
  | { readonly id: string; readonly kind: 'ask'; readonly slot: string; readonly text: string }
  | { readonly id: string; readonly kind: 'tell'; readonly text: string }
  | {
      readonly id: string;
      readonly kind: 'call';
      readonly tool: string;
      readonly arguments: Readonly<Record<string, Origin>>;
    }
  | { readonly id: string; readonly kind: 'end'; readonly text: string };

/** From one step to the next; without `when` it is taken whenever no other edge fits. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** Taken where the slot or result value at `path` equals `equals`. */
  readonly when?: { readonly path: string; readonly equals: unknown };
}

/** A multi-step process, written by hand or mined from logs. `{slot}` in a text is replaced by the slot's value. */
export interface Process {
  readonly name: string;
  readonly description: string;
  readonly slots: readonly Slot[];
  readonly steps: readonly Step[];
  readonly edges: readonly Edge[];
  readonly start: string;
}
