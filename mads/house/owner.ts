import { readOwner, type Owner } from '../../datasets/log/folder-lock.ts';
import { EngineError, errorCatalogue, messageOf, type ErrorCode } from '../../engine/core/errors.ts';

/** A server that holds a data folder and answers. */
export type Address = Required<Pick<Owner, 'pid' | 'port' | 'token'>>;

/** The server that owns the folder; null where no server does, whoever else may hold it. */
export async function servingOwner(folder: string): Promise<Address | null> {
  const owner = readOwner(folder);
  if (owner?.port === undefined || owner.token === undefined) return null;
  const address = { pid: owner.pid, port: owner.port, token: owner.token };
  try {
    const answer = await fetch(`http://127.0.0.1:${address.port}/healthz`, { signal: AbortSignal.timeout(5000) });
    await answer.arrayBuffer();
    return address;
  } catch {
    return null;
  }
}

/** Asks the owner to do an operation of the desk. @throws what the owner reports, with its code */
export function askOwner(owner: Address, operation: string, input: unknown): Promise<unknown> {
  return askServer(owner, `/api/${operation}`, input);
}

/** Posts to any path of the owner. @throws what the owner reports, with its code */
export async function askServer(owner: Address, path: string, input: unknown): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(`http://127.0.0.1:${owner.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${owner.token}` },
      body: JSON.stringify(input ?? {}),
    });
  } catch (error) {
    const detail = `the server with pid ${owner.pid} does not answer: ${messageOf(error)}`;
    throw new EngineError('INTERNAL', { detail }, { cause: error });
  }
  const body: unknown = await answer.json();
  if (answer.ok) return body;
  throw reported(body, answer.status);
}

/** The error that another process reported, as it was there. */
function reported(body: unknown, status: number): EngineError {
  const { error } = body as { error?: { code?: string; message?: string; detail?: Record<string, string | number> } };
  const known = error?.code !== undefined && error.code in errorCatalogue && error.detail !== undefined;
  if (known) return new EngineError(error.code as ErrorCode, error.detail);
  return new EngineError('INTERNAL', { detail: error?.message ?? `status ${status}` });
}
