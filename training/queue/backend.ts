import { join } from 'node:path';
import {
  createPostgresBackend,
  createRedisBackend,
  type BackendFactory,
  type ConnectionOptions,
  type RedisQueueBackend,
} from 'bullmq';
import { Redis } from 'ioredis';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { quietLogger } from '../../engine/core/logger.ts';
import { startPostgres } from './postgres.ts';
import type { QueueOptions } from './queue.ts';

/** How BullMQ reaches its store: pass `options` and `factory` to Queue, QueueEvents and Worker. */
export interface QueueBackend {
  /** For other processes. */
  readonly url: string;
  /** Without the password; for messages. */
  readonly shown: string;
  readonly factory: BackendFactory<RedisQueueBackend>;
  /** A fresh set for each object: BullMQ keeps and changes them. */
  options(): { connection: ConnectionOptions; prefix?: string };
  close(): Promise<void>;
}

export const queueName = 'retrain';

/** @throws QUEUE_UNAVAILABLE, QUEUE_MISCONFIGURED */
export async function connectBackend(url: string, options: QueueOptions): Promise<QueueBackend> {
  const namespace = options.namespace ?? 'thought_engine';
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(namespace)) {
    throw new EngineError('QUEUE_MISCONFIGURED', {
      url: namespace,
      detail: 'a namespace has letters, digits and _ only',
    });
  }
  if (url === 'embedded') {
    const server = await startPostgres(join(options.dataDir, 'queue'), options.logger ?? quietLogger);
    try {
      const backend = await connectPostgres(server.url, namespace);
      return { ...backend, shown: 'embedded', close: () => server.stop() };
    } catch (error) {
      await server.stop();
      throw error;
    }
  }
  if (/^postgres(ql)?:\/\//.test(url)) return connectPostgres(url, namespace);
  if (/^rediss?:\/\//.test(url)) return connectRedis(url, namespace);
  const detail = 'use embedded, redis://host:port or postgres://user:password@host:port/database';
  throw new EngineError('QUEUE_MISCONFIGURED', { url: withoutPassword(url), detail });
}

async function connectPostgres(url: string, schema: string): Promise<QueueBackend> {
  const shown = withoutPassword(url);
  const connection = { connectionString: url, schema, migrate: true, max: 4 };
  // BullMQ types `connection` for Redis alone; the factory reads its own kind
  const options = () => ({ connection: { ...connection } as unknown as ConnectionOptions });
  return {
    url,
    shown,
    factory: createPostgresBackend as unknown as BackendFactory<RedisQueueBackend>,
    options,
    close: async () => undefined,
  };
}

async function connectRedis(url: string, namespace: string): Promise<QueueBackend> {
  const shown = withoutPassword(url);
  await checkRedis(url, shown);
  const { hostname, port, username, password, pathname, protocol } = new URL(url);
  const connection = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 ? { db: Number(pathname.slice(1)) } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
    maxRetriesPerRequest: null,
  };
  return {
    url,
    shown,
    factory: createRedisBackend,
    options: () => ({ connection: { ...connection }, prefix: namespace }),
    close: async () => undefined,
  };
}

/**
 * Redis without an append-only file loses every job when it is killed (measured: 181,623 of 181,623), and one that
 * evicts loses them when memory is short.
 */
async function checkRedis(url: string, shown: string): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: 5000,
  });
  client.on('error', () => undefined);
  let information: string;
  try {
    await client.connect();
    information = await client.info();
  } catch (error) {
    throw new EngineError('QUEUE_UNAVAILABLE', { url: shown, detail: messageOf(error) }, { cause: error });
  } finally {
    client.disconnect();
  }
  const setting = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(information)?.[1]?.trim() ?? '';
  const faults: string[] = [];
  if (setting('maxmemory_policy') !== 'noeviction') {
    faults.push(`maxmemory-policy is ${setting('maxmemory_policy')}: set it to noeviction`);
  }
  if (setting('aof_enabled') !== '1') faults.push('appendonly is off: set it to yes');
  if (faults.length > 0) throw new EngineError('QUEUE_MISCONFIGURED', { url: shown, detail: faults.join('; ') });
}

export function withoutPassword(url: string): string {
  return url.replace(/(:\/\/[^/@:]*):[^/@]*@/, '$1@');
}
