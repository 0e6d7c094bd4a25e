import { errorCatalogue, type ErrorCode } from '../../engine/core/errors.ts';

/** Errors that the same work on the same data meets again, however often it is tried. */
export const unrecoverableCodes: ReadonlySet<ErrorCode> = new Set(
  (Object.keys(errorCatalogue) as ErrorCode[]).filter((code) => !errorCatalogue[code].retryable),
);
