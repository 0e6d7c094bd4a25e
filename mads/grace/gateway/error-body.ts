import { EngineError } from '../../../engine/core/errors.ts';
import type { ErrorDetail } from '../../../engine/core/errors.ts';

/** An error as OpenAI's clients read it; `code` is from our catalogue and stable, `detail` its data. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string;
    /** The field at fault, where there is one. */
    readonly param: string | null;
    readonly detail: ErrorDetail;
  };
}

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

export function errorBody(error: EngineError): ErrorBody {
  const { message, code, status, detail } = error;
  const type = types[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
  const param = typeof detail['param'] === 'string' ? detail['param'] : null;
  return { error: { message, type, code, param, detail } };
}

/** Seconds that the caller should wait; undefined where trying again will not help. */
export function retryAfter(error: EngineError): number | undefined {
  if (error.status !== 503 || !error.retryable) return undefined;
  const given = error.detail['retryAfterSeconds'];
  return typeof given === 'number' ? given : 1;
}

interface FastifyFault {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message?: string;
}

/** What fastify or a handler threw, in our own words. */
export function asEngineError(error: unknown, maxBodyBytes: number): EngineError {
  if (EngineError.isInstance(error)) return error;
  const { statusCode, code, message } = error as FastifyFault;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new EngineError('BODY_TOO_LARGE', { limit: maxBodyBytes }, { cause: error });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new EngineError('BAD_REQUEST', { detail: 'the body must be sent as application/json' }, { cause: error });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new EngineError('BAD_REQUEST', { detail: message ?? 'unreadable request' }, { cause: error });
  }
  return EngineError.from(error);
}
