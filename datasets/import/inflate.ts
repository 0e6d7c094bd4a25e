import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';

/**
 * Unzips chunk by chunk. All that could be unzipped is yielded before a damaged or cut-off stream throws, which a
 * plain `pipe` does not promise: there, what waits in the buffers is lost with the error.
 */
export async function* inflate(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  let ready: Buffer[] = [];
  const state: { failure: Error | null } = { failure: null };
  gunzip.on('data', (chunk: Buffer) => ready.push(chunk));
  gunzip.on('error', (error) => {
    state.failure = error;
  });
  try {
    for await (const chunk of source) {
      await new Promise<void>((resolve) => {
        // A write that fails never calls back; the stream then closes.
        gunzip.once('close', resolve);
        gunzip.write(chunk, () => {
          gunzip.off('close', resolve);
          resolve();
        });
      });
      await setImmediate();
      yield* ready;
      ready = [];
      if (state.failure !== null) throw state.failure;
    }
    const ended = once(gunzip, 'end').catch(() => undefined);
    gunzip.end();
    await ended;
    yield* ready;
    if (state.failure !== null) throw state.failure;
  } finally {
    gunzip.destroy();
  }
}
