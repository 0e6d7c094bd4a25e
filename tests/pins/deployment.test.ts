import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../engine/core/config.ts';
import { quietLogger } from '../../engine/core/logger.ts';
import { dataFolder } from '../../mads/house/data-folder.ts';
import { openEcosystem, type Ecosystem } from '../../mads/ecosystem.ts';
import { deskOperations } from '../../mads/grace/desk.ts';
import { talk } from '../support/talk.ts';

let dataDir: string;
let ecosystem: Ecosystem | null = null;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pins-'));
  const config = loadConfig({ dataDir, port: 0 }, {}, join(dataDir, 'none.json'));
  ecosystem = await openEcosystem(config, { logger: quietLogger, withQueue: false });
});
afterAll(async () => {
  await ecosystem?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Routes as fastify draws them: a tree whose branches go on with the path of the line above. */
function routesOf(drawing: string): string[] {
  const paths: string[] = [];
  return drawing.split('\n').flatMap((line) => {
    const found = /^(.*?)[├└]── (\S+)(?: \((.+)\))?$/.exec(line);
    if (found === null) return [];
    const depth = (found[1] ?? '').length / 4;
    paths[depth] = found[2] ?? '';
    const path = paths.slice(0, depth + 1).join('');
    return (found[3] ?? '').split(', ').flatMap((method) => (method === 'HEAD' ? [] : [`${method} ${path}`]));
  });
}

describe('a deployment', () => {
  it('answers these routes', () => {
    const routes = routesOf(ecosystem?.gateway.app.printRoutes({ commonPrefix: false }) ?? '');
    // what the built page consists of is not pinned
    const ours = routes.filter((route) => !/ (\*|\/|\/index\.html|\/assets\/.*|\/icon\.svg)$/.test(route));
    expect(ours.toSorted()).toEqual([
      'DELETE /mcp',
      'GET /api/events',
      'GET /healthz',
      'GET /mcp',
      'GET /metrics',
      'GET /v1/models',
      'POST /api/approveProcess',
      'POST /api/begin',
      'POST /api/cancel',
      'POST /api/conversation',
      'POST /api/decision',
      'POST /api/decisions',
      'POST /api/editProcess',
      'POST /api/emads',
      'POST /api/end',
      'POST /api/import',
      'POST /api/job',
      'POST /api/jobs',
      'POST /api/label',
      'POST /api/labels',
      'POST /api/learning',
      'POST /api/mine',
      'POST /api/models',
      'POST /api/overview',
      'POST /api/process',
      'POST /api/processes',
      'POST /api/renameProcess',
      'POST /api/report',
      'POST /api/retireProcess',
      'POST /api/retry',
      'POST /api/role',
      'POST /api/roles',
      'POST /api/rollback',
      'POST /api/snapshot',
      'POST /api/train',
      'POST /mcp',
      'POST /v1/chat/completions',
      'POST /v1/feedback',
      'POST /v1/route',
    ]);
  });

  it('lets the same be done at the desk', () => {
    expect(deskOperations.toSorted()).toEqual(
      'approveProcess begin cancel conversation decision decisions editProcess emads end import job jobs label labels learning mine models overview process processes renameProcess report retireProcess retry role roles rollback snapshot train'.split(
        ' ',
      ),
    );
  });

  it('offers these tools to MCP clients', () => {
    expect(ecosystem?.parts.tools().map(({ definition }) => `${definition.name} ${definition.blastRadius}`)).toEqual([
      'mads.rogers.create reversible',
      'mads.rogers.join reversible',
      'mads.rogers.leave reversible',
      'mads.rogers.append reversible',
      'mads.rogers.recall read',
      'mads.grace.route read',
      'mads.grace.feedback reversible',
      'mads.grace.report read',
    ]);
  });

  it('keeps its data in this layout', async () => {
    const names = Object.entries(dataFolder('/d')).map(([what, path]) => `${what} ${path}`);
    expect(names).toEqual([
      'root /d',
      'models /d/models',
      'queue /d/queue',
      'snapshots /d/snapshots',
      'processes /d/processes',
      'search /d/search',
      'owner /d/owner.json',
      'roles /d/roles',
      'learning /d/learning.json',
      'doubts /d/doubts',
      'server /d/server.json',
      'sampleMark /d/sample-desk.json',
    ]);
    await ecosystem?.listen();
    await ecosystem?.log.importConversations([talk('c1', [['user', 'hello']])]);
    await ecosystem?.log.snapshot();
    const owner = JSON.parse(await readFile(join(dataDir, 'owner.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(owner)).toEqual(['pid', 'port', 'token']);
    expect((await stat(join(dataDir, 'owner.json'))).mode & 0o077).toBe(0);
    // the loop keeps what it knows after its first look, which nothing here waits for
    const left = await vi.waitFor(async () => {
      const names = await readdir(dataDir);
      expect(names).toContain('learning.json');
      return names;
    }, 10_000);
    const there = left.filter((name) => !/-journal$|\.wal$|\.new$/.test(name));
    expect(there.toSorted()).toEqual([
      'journal',
      'learning.json',
      'log.duckdb',
      'models',
      'owner.json',
      'owner.lock',
      'roles',
      'search',
      'snapshots',
    ]);
    expect(await readdir(join(dataDir, 'journal'))).toEqual(['0000000000000001.journal']);
    expect((await readdir(join(dataDir, 'models'))).toSorted()).toEqual(
      'artefacts bundles log quarantine roles temporary'.split(' '),
    );
    const [snapshot = ''] = await readdir(join(dataDir, 'snapshots'));
    expect((await readdir(join(dataDir, 'snapshots', snapshot))).toSorted()).toEqual(
      'conversations.parquet decisions.parquet feedback.parquet messages.parquet snapshot.json'.split(' '),
    );
  });

  it('keeps its log in these tables', async () => {
    await ecosystem?.close();
    ecosystem = null;
    const instance = await DuckDBInstance.create(join(dataDir, 'log.duckdb'), { access_mode: 'READ_ONLY' });
    const connection = await instance.connect();
    const found = await connection.runAndReadAll(
      `SELECT table_name, string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position)
       FROM information_schema.columns WHERE table_schema = 'main' GROUP BY ALL ORDER BY 1`,
    );
    connection.closeSync();
    instance.closeSync();
    expect(Object.fromEntries(found.getRows() as [string, string][])).toEqual({
      conversations: 'id VARCHAR, role VARCHAR, split VARCHAR, tools JSON, created TIMESTAMP, sequence BIGINT',
      decisions:
        'id VARCHAR, message VARCHAR, conversation VARCHAR, role VARCHAR, time TIMESTAMP, tier VARCHAR, settled BOOLEAN, outcome JSON, outcome_key VARCHAR, label VARCHAR, confidence DOUBLE, threshold DOUBLE, reason VARCHAR, model VARCHAR, evidence JSON, choices JSON, propensity DOUBLE, latency_us DOUBLE, cost_usd DOUBLE, shadow BOOLEAN, sequence BIGINT',
      feedback:
        'id VARCHAR, time TIMESTAMP, conversation VARCHAR, message VARCHAR, decision VARCHAR, tier VARCHAR, correct BOOLEAN, label VARCHAR, outcome JSON, outcome_key VARCHAR, source VARCHAR, confidence DOUBLE, note VARCHAR, sequence BIGINT',
      judgements: 'decision VARCHAR, correct BOOLEAN, source VARCHAR, feedback VARCHAR',
      messages:
        'id VARCHAR, conversation VARCHAR, author VARCHAR, sender VARCHAR, recipient VARCHAR, time TIMESTAMP, text VARCHAR, parts JSON, annotation JSON, sequence BIGINT',
      migrations: 'name VARCHAR, applied TIMESTAMP',
      position: 'applied BIGINT',
    });
  });
});
