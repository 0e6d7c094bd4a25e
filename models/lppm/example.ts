/** One turn of a dialogue as the process mapper sees it. */
export interface DialogueTurn {
  /** `user`: a person or agent asks; `agent`: our reply; `action`: our tool call; `result`: what the tool said. */
  readonly speaker: 'user' | 'agent' | 'action' | 'result';
  /** Words of the turn; for `action` the tool's name, for `result` its text. */
  readonly text: string;
  /** Step that this turn was (`agent` and `action` turns), null where unknown. */
  readonly step: string | null;
  /** Arguments of an `action`, fields of a `result`; null else. */
  readonly values: Readonly<Record<string, unknown>> | null;
  /** When it was said, milliseconds since 1970: what "tomorrow" is counted from. Absent where unknown. */
  readonly time?: number;
}

/** The label of a turn that follows no known process: it goes up. */
export const escalateStep = 'escalate';

/** What a step does when it is taken. */
export type StepAction =
  | { readonly kind: 'reply'; readonly text: string }
  | { readonly kind: 'call'; readonly tool: string; readonly arguments: Readonly<Record<string, unknown>> }
  | { readonly kind: 'escalate' };

/** Dialogue so far, oldest first, ending with the turn to be answered. */
export interface LppmInput {
  readonly turns: readonly DialogueTurn[];
}

/** One labelled turn for the process mapper: the dialogue so far, and what was done next. */
export interface LppmExample {
  readonly input: LppmInput;
  /** Process in force, null where none or unknown. */
  readonly process: string | null;
  /** Next step; `escalate` where the answer followed no process. */
  readonly step: string;
  readonly action: StepAction;
  /** Conversation it came from; splits keep a conversation together. */
  readonly conversation: string;
}
