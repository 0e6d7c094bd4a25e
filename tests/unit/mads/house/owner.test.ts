import { createServer, type Server } from 'node:http';
import { mkdtemp, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../../../../engine/core/errors.ts';
import { errorBody } from '../../../../mads/grace/gateway/error-body.ts';
import { askOwner, askServer, servingOwner } from '../../../../mads/house/owner.ts';

let server: Server;
let port: number;
const seen: unknown[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      seen.push([request.method, request.url, request.headers.authorization, Buffer.concat(pieces).toString()]);
      const fault = new EngineError('NOTHING_TO_ROLL_BACK', { role: 'pm' });
      const [status, body] =
        request.url === '/api/rollback'
          ? [409, errorBody(fault)]
          : request.url === '/api/odd'
            ? [500, { error: { code: 'FROM_A_LATER_VERSION', message: 'odd' } }]
            : [200, { fine: true }];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

async function folderOf(owner: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'owner-'));
  if (owner !== undefined) await writeFile(join(folder, 'owner.json'), JSON.stringify(owner));
  return folder;
}

describe('servingOwner', () => {
  it('finds the server that holds the folder', async () => {
    const owner = { pid: process.pid, port, token: 'secret' };
    expect(await servingOwner(await folderOf(owner))).toEqual(owner);
  });

  it.each<[string, unknown]>([
    ['nobody', undefined],
    ['a process that serves nothing', { pid: process.pid }],
    ['a process that is gone', { pid: 2 ** 22 + 1, port: 1, token: 'secret' }],
    ['a port where nobody answers', { pid: process.pid, port: 1, token: 'secret' }],
  ])('finds none where the folder is held by %s', async (_name, owner) => {
    expect(await servingOwner(await folderOf(owner))).toBeNull();
  });
});

describe('askOwner', () => {
  const at = () => ({ pid: process.pid, port, token: 'secret' });

  it('asks with the token of the folder, and without input as with an empty one', async () => {
    seen.length = 0;
    expect(await askOwner(at(), 'jobs', undefined)).toEqual({ fine: true });
    expect(await askServer(at(), '/v1/route', { text: 'ls' })).toEqual({ fine: true });
    expect(seen).toEqual([
      ['POST', '/api/jobs', 'Bearer secret', '{}'],
      ['POST', '/v1/route', 'Bearer secret', '{"text":"ls"}'],
    ]);
  });

  it('throws what the owner reports, as it was there', async () => {
    await expect(askOwner(at(), 'rollback', { role: 'pm' })).rejects.toMatchObject({
      code: 'NOTHING_TO_ROLL_BACK',
      message: 'role pm has no earlier bundle to go back to',
    });
  });

  it('keeps the words of an error that it does not know', async () => {
    await expect(askOwner(at(), 'odd', {})).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('odd'),
    });
  });

  it('says who does not answer', async () => {
    await expect(askOwner({ ...at(), port: 1 }, 'jobs', {})).rejects.toThrow(`pid ${process.pid} does not answer`);
  });
});
