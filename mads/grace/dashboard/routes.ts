import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { RetrainQueue } from '../../../training/queue/queue.ts';
import { deskOperations, type Desk } from '../desk.ts';
import { EventStream } from './event-stream.ts';

const builtPage = fileURLToPath(new URL('../../../dist/dashboard/', import.meta.url));

/** What a browser must be able to load before it can ask for the token. */
export const dashboardPublicPaths: readonly string[] = ['/', '/index.html', '/icon.svg', '/assets/'];

/** Nothing is loaded from elsewhere; charts set colours and sizes by style attributes. */
const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

export interface DashboardParts {
  readonly desk: Desk;
  /** Null where this process has no queue. */
  readonly queue: RetrainQueue | null;
  /** Folder of the built page; `dist/dashboard` where absent. */
  readonly page?: string;
}

/** The page at `/`, the desk's operations at `POST /api/<operation>`, and signs of life at `GET /api/events`. */
export async function dashboardRoutes(app: FastifyInstance, parts: DashboardParts): Promise<void> {
  const { desk, queue, page = builtPage } = parts;
  for (const operation of deskOperations) {
    app.post(`/api/${operation}`, async (request, reply) => {
      const run = desk[operation] as (input: unknown) => Promise<unknown>;
      void reply.header('cache-control', 'no-store');
      return (await run.call(desk, request.body ?? {})) ?? {};
    });
  }
  const events = new EventStream({ desk, queue });
  app.get('/api/events', (request, reply) => events.listen(request, reply));
  app.addHook('preClose', async () => events.close());
  if (existsSync(join(page, 'index.html'))) {
    await app.register(fastifyStatic, {
      root: page,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const isNamedByContent = path.includes('/assets/');
        void reply.header('cache-control', isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache');
        void reply.headers(pageHeaders);
      },
    });
  } else {
    app.get('/', (_request, reply) =>
      reply
        .type('text/plain; charset=utf-8')
        .send('The dashboard is not built: run "npm run build:dashboard", then start again.\n'),
    );
  }
}
