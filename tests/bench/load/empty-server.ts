/** Fastify with a handler that does nothing: the floor under every HTTP figure. Prints its address. */
import fastify from 'fastify';

const app = fastify({ logger: false });
app.post('/v1/chat/completions', () => ({}));
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ url })}\n`);
process.once('SIGTERM', () => void app.close());
