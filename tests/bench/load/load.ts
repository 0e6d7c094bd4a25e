/**
 * Sends requests to one address and prints their latencies as JSON: an order on stdin, an answer on stdout. It runs in a
 * process of its own, so that the work of sending is not counted as the server's.
 *
 * `one`: one request after the other. `rate`: open loop, evenly spaced, whatever the server does; autocannon sends the
 * requests of a second in one burst, which measures a queue, so this one keeps its own time. `most`: autocannon on ten
 * connections, as fast as the server answers.
 */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import autocannon from 'autocannon';

export interface LoadOrder {
  readonly url: string;
  /** Bodies of the turns of one conversation; `[<id>]` is replaced by an id of its own. */
  readonly bodies: readonly string[];
  readonly mode: 'one' | 'rate' | 'most';
  /** Requests a second in mode `rate`. */
  readonly perSecond: number;
  readonly seconds: number;
  /** Makes ids differ from those of other runs. */
  readonly prefix: string;
}

export interface LoadAnswer {
  readonly latenciesMs: readonly number[];
  readonly perSecond: number;
  /** Answers that were no success. */
  readonly failed: number;
  /** Answers by the tier that settled. */
  readonly tiers: Readonly<Record<string, number>>;
}

/** Conversations that are held side by side: the turns of one follow each other at this distance in requests. */
const sideBySide = 50;

if (import.meta.main) {
  const order = JSON.parse(await text(process.stdin)) as LoadOrder;
  const answer = order.mode === 'most' ? await most(order) : await own(order);
  const micros = (value: number): number => Math.round(value * 1000) / 1000;
  const words = JSON.stringify({ ...answer, latenciesMs: answer.latenciesMs.map(micros) });
  process.stdout.write(words, () => process.exit(0));
}

async function own(order: LoadOrder): Promise<LoadAnswer> {
  const { mode, perSecond, seconds, bodies, prefix } = order;
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const url = new URL('/v1/chat/completions', order.url);
  const latenciesMs: number[] = [];
  const tiers: Record<string, number> = {};
  let failed = 0;
  const send = (index: number, counts: boolean): Promise<void> => {
    const place = index % (bodies.length * sideBySide);
    const turn = Math.floor(place / sideBySide);
    const conversation = Math.floor(index / (bodies.length * sideBySide)) * sideBySide + (place % sideBySide);
    const body = (bodies[turn] as string).replaceAll('[<id>]', `${prefix}-${conversation}`);
    return new Promise((resolve) => {
      const started = performance.now();
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.once('end', () => {
          if (!counts) return resolve();
          latenciesMs.push(performance.now() - started);
          if (response.statusCode !== 200) failed += 1;
          const tier = String(response.headers['x-thought-engine-tier'] ?? 'none');
          tiers[tier] = (tiers[tier] ?? 0) + 1;
          resolve();
        });
      });
      sent.once('error', () => {
        if (counts) failed += 1;
        resolve();
      });
      sent.end(body);
    });
  };
  // connections and compiled code first; their ids lie far away from those that count
  for (let index = 0; index < 40; index += 1) await send(1_000_000 + index, false);
  const started = performance.now();
  const ends = started + seconds * 1000;
  if (mode === 'one') {
    for (let index = 0; performance.now() < ends; index += 1) await send(index, true);
  } else {
    const under: Promise<void>[] = [];
    for (let index = 0; index < perSecond * seconds; index += 1) {
      const due = started + (index * 1000) / perSecond;
      while (performance.now() < due) await wait(Math.max(0, due - performance.now()));
      under.push(send(index, true));
    }
    await Promise.all(under);
  }
  const took = (performance.now() - started) / 1000;
  return { latenciesMs, perSecond: latenciesMs.length / took, failed, tiers };
}

async function most({ url, bodies, seconds, prefix }: LoadOrder): Promise<LoadAnswer> {
  const latenciesMs: number[] = [];
  const options: autocannon.Options = {
    url: `${url}/v1/chat/completions`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: (bodies[0] as string).replaceAll('[<id>]', `${prefix}-[<id>]`),
    idReplacement: true,
    connections: 10,
    duration: seconds,
  };
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(options, (error: Error | null, done) =>
      error === null ? resolve(done) : reject(error),
    );
    running.on('response', (_client, _status, _bytes, milliseconds) => void latenciesMs.push(milliseconds));
  });
  const { non2xx, errors, requests, duration } = result;
  return { latenciesMs, perSecond: requests.total / duration, failed: non2xx + errors, tiers: {} };
}
