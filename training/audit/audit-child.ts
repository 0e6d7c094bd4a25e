import { EngineError, type ErrorCode, type ErrorDetail } from '../../engine/core/errors.ts';
import { Registry } from '../../models/registry/registry.ts';
import { audit, type AuditOrder } from './audit.ts';
import type { SealedVerdict } from '../gate/sealed.ts';

/** From the trainer. */
export interface AuditRequest {
  /** Folder of the registry. */
  readonly models: string;
  readonly order: AuditOrder;
}

/** And back. */
export type AuditWord =
  | { readonly kind: 'verdict'; readonly verdict: SealedVerdict }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: ErrorDetail };

async function answer({ models, order }: AuditRequest): Promise<void> {
  const send = (word: AuditWord): void => void process.send?.(word);
  try {
    send({ kind: 'verdict', verdict: await audit(order, await Registry.open(models)) });
  } catch (error) {
    const { code, detail } = EngineError.from(error);
    send({ kind: 'failed', code, detail });
  }
}

process.once('disconnect', () => process.exit(1));
process.once('message', (request: AuditRequest) => void answer(request));
