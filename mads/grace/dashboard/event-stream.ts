import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RetrainQueue } from '../../../training/queue.ts';
import type { Desk } from '../desk.ts';

/** How often the newest decision is looked at, and how often a silent stream says that it lives; milliseconds. */
const lookMs = 1000;
const pulseMs = 15_000;
/** Pages that may listen at once; one more is turned away. */
const mostListeners = 64;
let listeners = 0;

/**
 * Server-sent events: `decisions` when new ones were logged (with the newest id), `job` for every step of a training
 * job. The page reads the figures anew; an event carries no more than what changed.
 */
export function streamEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  { desk, queue }: { readonly desk: Desk; readonly queue: RetrainQueue | null },
): void {
  if (listeners >= mostListeners) {
    void reply
      .code(503)
      .header('retry-after', '10')
      .send({ error: { code: 'OVERLOADED', message: 'too many pages listen' } });
    return;
  }
  listeners += 1;
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'keep-alive' });
  const send = (event: string, data: unknown): void =>
    void raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  let newest: string | null = null;
  const look = async (): Promise<void> => {
    const [decision] = await desk.decisions({ limit: 1 });
    if (decision === undefined || decision.id === newest) return;
    newest = decision.id;
    send('decisions', { newest });
  };
  const looking = setInterval(() => void look().catch(() => undefined), lookMs);
  const pulse = setInterval(() => void raw.write(': still here\n\n'), pulseMs);
  const unwatch = queue?.watch((event) => send('job', event));
  request.raw.once('close', () => {
    listeners -= 1;
    clearInterval(looking);
    clearInterval(pulse);
    unwatch?.();
    raw.end();
  });
  void look().catch(() => undefined);
}
