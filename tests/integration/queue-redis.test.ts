import { describe, expect, it } from 'vitest';
import { openQueue } from '../../training/queue/queue.ts';
import { describeQueue } from '../contracts/queue.contract.ts';
import { hasRedis, startRedis } from '../support/redis-server.ts';

if (!hasRedis && process.env.CI === 'true') {
  it('finds redis-server on the path', () => expect.fail('install redis-server: CI runs the queue on it'));
}

describe.skipIf(!hasRedis)('queue on Redis (needs redis-server)', () => {
  describeQueue(() => startRedis());

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
