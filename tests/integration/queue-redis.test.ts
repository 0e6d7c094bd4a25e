import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openQueue } from '../../training/queue.ts';
import { describeQueue } from '../contracts/queue.contract.ts';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function startRedis(flags: readonly string[]): Promise<{ url: string; dataDir: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const server: ChildProcess = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', dataDir, '--save', '', ...flags],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const chunk of server.stdout as AsyncIterable<Buffer>) if (chunk.includes('Ready to accept')) break;
  return {
    url: `redis://127.0.0.1:${port}`,
    dataDir,
    stop: async () => {
      server.kill('SIGTERM');
      await once(server, 'exit');
    },
  };
}

if (!hasRedis && process.env.CI === 'true') {
  it('finds redis-server on the path', () => expect.fail('install redis-server: CI runs the queue on it'));
}

describe.skipIf(!hasRedis)('queue on Redis (needs redis-server)', () => {
  describeQueue(() => startRedis(['--appendonly', 'yes', '--maxmemory-policy', 'noeviction']));

  it.each([
    ['keeps nothing on disk', ['--appendonly', 'no'], 'appendonly is off'],
    ['evicts', ['--appendonly', 'yes', '--maxmemory-policy', 'allkeys-lru'], 'maxmemory-policy is allkeys-lru'],
  ])('refuses a server that %s', async (_, flags, fault) => {
    const redis = await startRedis(flags);
    const opening = openQueue(redis.url, { dataDir: redis.dataDir });
    await expect(opening).rejects.toMatchObject({ code: 'QUEUE_MISCONFIGURED' });
    await expect(opening).rejects.toThrow(fault);
    await redis.stop();
  });
});
