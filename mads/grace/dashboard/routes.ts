import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { RetrainQueue } from '../../../training/queue.ts';
import { deskOperations, type Desk } from '../desk.ts';
import { streamEvents } from './event-stream.ts';

const builtPage = fileURLToPath(new URL('../../../dist/dashboard/', import.meta.url));

export interface DashboardParts {
  readonly desk: Desk;
  /** Null where this process has no queue. */
  readonly queue: RetrainQueue | null;
}

/** The page at `/`, the desk's operations at `POST /api/<operation>`, and signs of life at `GET /api/events`. */
export async function dashboardRoutes(app: FastifyInstance, { desk, queue }: DashboardParts): Promise<void> {
  for (const operation of deskOperations) {
    app.post(`/api/${operation}`, async (request) => {
      const run = desk[operation] as (input: unknown) => Promise<unknown>;
      return (await run.call(desk, request.body ?? {})) ?? {};
    });
  }
  app.get('/api/events', (request, reply) => streamEvents(request, reply, { desk, queue }));
  if (existsSync(builtPage)) {
    await app.register(fastifyStatic, { root: builtPage, cacheControl: true, maxAge: '1h', immutable: false });
  } else {
    app.get('/', (_request, reply) =>
      reply
        .type('text/plain; charset=utf-8')
        .send('The dashboard is not built: run "npm run build:dashboard", then reload.\n'),
    );
  }
}
