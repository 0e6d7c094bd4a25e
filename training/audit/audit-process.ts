import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../../engine/core/errors.ts';
import type { AuditRequest, AuditWord } from './audit-child.ts';
import type { SealedVerdict } from '../gate/sealed.ts';

const script = fileURLToPath(new URL('audit-child.ts', import.meta.url));

/** Has sealed conversations judged in another process: the one that trains never reads them. @throws TRAINING_FAILED */
export function auditApart(request: AuditRequest): Promise<SealedVerdict> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const fail = (detail: string): void => reject(new EngineError('TRAINING_FAILED', { what: 'the audit', detail }));
    child.on('message', (word: AuditWord) => {
      if (word.kind === 'verdict') resolve(word.verdict);
      else reject(new EngineError(word.code, word.detail));
      child.disconnect();
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`its process ended with ${signal ?? `code ${code}`}`));
    child.send(request);
  });
}
