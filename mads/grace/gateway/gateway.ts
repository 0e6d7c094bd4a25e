import fastify, { type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { EngineError, messageOf } from '../../../engine/core/errors.ts';
import { ChatRoute } from './chat-route.ts';
import { asEngineError, errorBody, retryAfter } from './error-body.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import { Guard } from './guard.ts';
import { parseJsonBody } from './json-body.ts';
import { createMcpEndpoint } from './mcp-endpoint.ts';
import { explainRoute, giveFeedback } from './native-routes.ts';
import type { GatewayParts } from './parts.ts';
import { engineModel } from './roles.ts';

export interface Gateway {
  readonly app: FastifyInstance;
  /** Opens the port; returns the one that was taken. @throws CONFIG_INVALID where it cannot be had */
  listen(): Promise<{ readonly port: number; readonly url: string }>;
  /** Takes nothing new, lets what is under way end for `graceMs`, then cuts it. */
  close(graceMs?: number): Promise<void>;
}

/** The HTTP and MCP face of the engine. */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const { config, clock, logger } = parts;
  const app = fastify({ bodyLimit: config.maxBodyBytes, logger: false, forceCloseConnections: 'idle' });
  const guard = new Guard(config);
  let open = 0;
  let isClosing = false;
  const metrics = new GatewayMetrics(() => open);
  const starts = new WeakMap<object, number>();

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });

  const isPublic = publicMatcher(parts.publicPaths ?? []);
  app.addHook('onRequest', async (request, reply) => {
    open += 1;
    starts.set(request, clock.ticks());
    reply.raw.once('close', () => {
      open -= 1;
      const seconds = (clock.ticks() - (starts.get(request) ?? clock.ticks())) / 1e6;
      metrics.answered(request.routeOptions.url ?? 'unknown', reply.raw.statusCode, seconds);
      // A connection that was busy when the closing began would otherwise wait for its client to hang up.
      if (isClosing) setImmediate(() => app.server.closeIdleConnections());
    });
    guard.checkOrigin(request.headers);
    if (isClosing) throw new EngineError('SHUTTING_DOWN');
    if (!isPublic(request.url)) guard.checkToken(request.headers);
  });

  app.setErrorHandler((thrown, _request, reply) => {
    const error = asEngineError(thrown, config.maxBodyBytes);
    metrics.failed(error.code);
    if (error.status >= 500) logger.error({ code: error.code, error: error.message }, 'request failed');
    const seconds = retryAfter(error);
    if (seconds !== undefined) void reply.header('retry-after', seconds);
    if (isClosing) void reply.header('connection', 'close');
    return reply.status(error.status).send(errorBody(error));
  });
  app.setNotFoundHandler((request) => {
    const name = `${request.method} ${request.url.split('?')[0] ?? ''}`.slice(0, 200);
    throw new EngineError('NOT_FOUND', { what: 'route', name, hint: 'see GET /v1/models' });
  });

  const chat = new ChatRoute(parts, metrics);
  app.post('/v1/chat/completions', (request, reply) => chat.handle(request, reply));
  app.get('/v1/models', () => {
    const roles = parts.roles();
    const created = Math.floor(clock.now() / 1000);
    const isMeant = roles.includes(parts.defaultRole() ?? '');
    const names = !isMeant ? roles : [engineModel, ...roles.filter((role) => role !== engineModel)];
    return { object: 'list', data: names.map((id) => ({ id, object: 'model', created, owned_by: 'thought-engine' })) };
  });
  app.post('/v1/route', (request) => explainRoute(parts, request.body, 'user'));
  app.post('/v1/feedback', (request) => giveFeedback(parts, request.body));
  app.get('/healthz', async (_request, reply) => {
    const { ready, detail } = await parts.readiness();
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready', ...detail });
  });
  app.get('/metrics', (_request, reply) => reply.type('text/plain; version=0.0.4').send(metrics.text()));

  const mcp = createMcpEndpoint(parts);
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    handler: async (request, reply) => {
      reply.hijack();
      await mcp.handle(request.raw, reply.raw, request.body);
    },
  });

  await parts.plugin?.(app);
  await app.ready();

  return {
    app,
    listen: async () => {
      try {
        await app.listen({ host: config.host, port: config.port });
      } catch (error) {
        const detail = `cannot listen on port ${config.port} of ${config.host} (${messageOf(error)}); choose another with --port or THOUGHT_ENGINE_PORT`;
        throw new EngineError('CONFIG_INVALID', { detail }, { cause: error });
      }
      const { port } = app.server.address() as AddressInfo;
      const host = config.host.includes(':') ? `[${config.host}]` : config.host;
      return { port, url: `http://${host}:${port}` };
    },
    close: async (graceMs = 10_000) => {
      isClosing = true;
      const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
      try {
        await mcp.close();
        await app.close();
      } finally {
        clearTimeout(cut);
      }
    },
  };
}

/** A path that ends in `/` stands for all below it, except `/` itself. */
function publicMatcher(paths: readonly string[]): (url: string) => boolean {
  return (url) => {
    const path = url.split('?')[0] ?? '';
    return ['/healthz', ...paths].some(
      (one) => one === path || (one.length > 1 && one.endsWith('/') && path.startsWith(one)),
    );
  };
}
