/**
 * Every error a user can meet: code -> HTTP status, whether trying again can help, and what to say.
 * A retired code is never used for anything else. The table in the README is made from this one.
 */
export const errorCatalogue = {
  BAD_REQUEST: { status: 400, retryable: false, text: 'request rejected: {detail}' },
  BAD_JSON: { status: 400, retryable: false, text: 'the body is not valid JSON: {detail}; send one JSON document' },
  BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    text: 'the body has more than {limit} bytes; send less, or raise maxBodyBytes',
  },
  JSON_TOO_DEEP: {
    status: 400,
    retryable: false,
    text: 'the JSON is nested more than {limit} levels deep; flatten it',
  },
  UNAUTHORIZED: {
    status: 401,
    retryable: false,
    text: 'this address needs the bearer token; send it as "Authorization: Bearer ..."',
  },
  FORBIDDEN_ORIGIN: {
    status: 403,
    retryable: false,
    text: '{header} "{value}" is not allowed; call from this machine, or list it in allowedHosts',
  },
  NOT_FOUND: { status: 404, retryable: false, text: 'no {what} named "{name}"; {hint}' },
  MODEL_UNKNOWN: {
    status: 404,
    retryable: false,
    text: 'no model named "{name}"; there are {roles}',
  },
  OVERLOADED: { status: 503, retryable: true, text: '{what} is full ({limit}); try again in {retryAfterSeconds} s' },
  SHUTTING_DOWN: { status: 503, retryable: true, text: 'the server is stopping; try again in a moment' },
  STORAGE_FULL: {
    status: 503,
    retryable: true,
    text: 'the disk of {path} is full; free some space, nothing was acknowledged',
  },
  STORAGE_FAILED: {
    status: 500,
    retryable: false,
    text: 'cannot write {path}: {detail}; check the disk and its permissions',
  },
  JOURNAL_CORRUPT: {
    status: 500,
    retryable: false,
    text: 'journal {path} is damaged at byte {offset}: {detail}; a copy was set aside at {copy}',
  },
  LOG_LOCKED: {
    status: 503,
    retryable: true,
    text: 'the data folder {path} is in use by process {pid}; ask that server, or stop it first',
  },
  LOG_CORRUPT: {
    status: 500,
    retryable: false,
    text: 'the log database {path} does not open: {detail}; it is being rebuilt from the journal',
  },
  MIGRATION_FAILED: { status: 500, retryable: false, text: 'migration {name} failed: {detail}; nothing was changed' },
  IMPORT_FAILED: {
    status: 400,
    retryable: false,
    text: '{bad} of {total} lines could not be read; the good ones were kept: {detail}',
  },
  FILE_UNREADABLE: { status: 400, retryable: false, text: 'cannot read {path}: {detail}' },
  FORMAT_UNKNOWN: {
    status: 400,
    retryable: false,
    text: '{path}: no known format; name one with --format ({formats})',
  },
  DATA_OVERLAP: {
    status: 400,
    retryable: false,
    text: '{count} test rows also stand in train (first: {first}); remove them from one of the two',
  },
  DATA_EMPTY: {
    status: 400,
    retryable: false,
    text: 'no rows for {what} in {path}; check the file and its split marks',
  },
  TOO_FEW_ROWS: {
    status: 409,
    retryable: false,
    text: '{what} needs at least {needed} rows, got {actual}; import more conversations',
  },
  MODEL_NOT_FITTED: {
    status: 503,
    retryable: false,
    text: 'model {name} has no fitted state; call fit() or load() first',
  },
  MODEL_MISSING: {
    status: 503,
    retryable: false,
    text: 'role {role} has no {tier} model; run "thought-engine train --role {role}"',
  },
  MODEL_INVALID: {
    status: 500,
    retryable: false,
    text: 'model {name} gave an impossible answer ({detail}); it is passed over',
  },
  SHAPE_MISMATCH: { status: 400, retryable: false, text: '{what}: expected length {expected}, got {actual}' },
  ARTEFACT_CORRUPT: {
    status: 500,
    retryable: false,
    text: 'artefact {id} is refused: {detail}; roll back, or train again',
  },
  ARTEFACT_MISMATCH: {
    status: 500,
    retryable: false,
    text: 'artefact {id} was made for another {what} (expected {expected}, got {actual}); train again',
  },
  REGISTRY_CONFLICT: {
    status: 409,
    retryable: true,
    text: 'role {role} changed meanwhile (expected {expected}, found {actual}); look at it and try again',
  },
  NOTHING_TO_ROLL_BACK: { status: 409, retryable: false, text: 'role {role} has no earlier bundle to go back to' },
  DEVICE_UNAVAILABLE: { status: 500, retryable: false, text: 'device {device} is not usable here: {detail}' },
  RUNTIME_UNAVAILABLE: { status: 500, retryable: false, text: '{what} cannot be loaded: {detail}; {hint}' },
  TRAINING_FAILED: { status: 500, retryable: true, text: 'training {what} failed: {detail}' },
  TRAINING_DIVERGED: {
    status: 500,
    retryable: false,
    text: 'training {what} diverged at step {step}: the loss is {loss}; lower the learning rate',
  },
  QUEUE_UNAVAILABLE: { status: 503, retryable: true, text: 'the job queue at {url} cannot be reached: {detail}' },
  QUEUE_MISCONFIGURED: { status: 500, retryable: false, text: 'the job queue at {url} is not safe to use: {detail}' },
  JOB_NOT_FOUND: { status: 404, retryable: false, text: 'no job {id}; list them with "thought-engine jobs list"' },
  JOB_CANCELLED: { status: 409, retryable: false, text: 'job {id} was cancelled' },
  TOOL_UNKNOWN: { status: 404, retryable: false, text: 'no handler is registered for tool "{name}"' },
  TOOL_ARGUMENTS_INVALID: { status: 400, retryable: false, text: 'tool {name}: {detail}' },
  TOOL_FORBIDDEN: { status: 403, retryable: false, text: 'tool {name} ({blastRadius}) is not allowed here: {detail}' },
  TOOL_FAILED: { status: 502, retryable: true, text: 'tool {name} failed: {detail}' },
  PROCESS_INVALID: { status: 400, retryable: false, text: 'process {process}, step {step}: {detail}' },
  DECISION_UNKNOWN: { status: 404, retryable: false, text: 'no decision {id} in the log' },
  MESSAGE_UNKNOWN: { status: 404, retryable: false, text: 'no message {id} in the log' },
  CONVERSATION_UNKNOWN: { status: 404, retryable: false, text: 'no conversation {id}' },
  NOT_A_MEMBER: {
    status: 403,
    retryable: false,
    text: '{name} does not take part in conversation {conversation}; join it first',
  },
  MAD_UNKNOWN: { status: 404, retryable: false, text: 'no MAD named {name} on this bus' },
  BUS_TIMEOUT: { status: 504, retryable: true, text: '{name} did not answer within {limitMs} ms' },
  IMPERATOR_UNAVAILABLE: {
    status: 503,
    retryable: true,
    text: 'this message needs the LLM and none is configured; it is kept as {message}. Set THOUGHT_ENGINE_LLM_BASE_URL, THOUGHT_ENGINE_LLM_MODEL and THOUGHT_ENGINE_LLM_API_KEY, or --imperator replay',
  },
  IMPERATOR_FAILED: { status: 502, retryable: true, text: 'the LLM at {url} failed: {detail}' },
  IMPERATOR_TIMEOUT: { status: 504, retryable: true, text: 'the LLM at {url} did not answer within {limitMs} ms' },
  REPLAY_MISS: {
    status: 503,
    retryable: false,
    text: 'replay holds no recorded answer for this message; it is kept as {message}',
  },
  CONFIG_INVALID: { status: 500, retryable: false, text: 'configuration rejected: {detail}' },
  USAGE: { status: 400, retryable: false, text: '{detail}' },
  INTERNAL: {
    status: 500,
    retryable: false,
    text: 'internal error: {detail}; please report it with the lines of the log around it',
  },
} as const satisfies Record<string, { status: number; retryable: boolean; text: string }>;

export type ErrorCode = keyof typeof errorCatalogue;
export type ErrorDetail = Readonly<Record<string, string | number>>;

const brand = Symbol.for('thought-engine.error');

/** The one error class; what happened is its `code`, the data to act on its `detail`. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, detail: ErrorDetail = {}, options?: ErrorOptions) {
    const entry = errorCatalogue[code];
    super(
      entry.text.replace(/\{(\w+)\}/g, (_, key: string) => String(detail[key] ?? `{${key}}`)),
      options,
    );
    this.code = code;
    this.status = entry.status;
    this.retryable = entry.retryable;
    this.detail = detail;
  }

  /** True across duplicate copies of this module. */
  static isInstance(error: unknown): error is EngineError {
    return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[brand] === true;
  }

  /** Any thrown thing as an EngineError; an unknown one becomes INTERNAL with its cause kept. */
  static from(error: unknown): EngineError {
    if (EngineError.isInstance(error)) return error;
    return new EngineError('INTERNAL', { detail: messageOf(error) }, { cause: error });
  }
}

/** The text of any thrown thing. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
