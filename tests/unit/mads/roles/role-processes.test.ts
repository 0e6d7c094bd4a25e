import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProcessStore } from '../../../../datasets/processes/process-store.ts';
import { MemoryBus } from '../../../../engine/bus/memory-bus.ts';
import { systemClock, systemIds } from '../../../../engine/core/clock.ts';
import type { Outcome } from '../../../../engine/core/decision.ts';
import { quietLogger, type Logger } from '../../../../engine/core/logger.ts';
import { ProcessOffice, type ApprovalPolicy } from '../../../../mads/grace/process-office.ts';
import { Host } from '../../../../mads/host.ts';
import { RoleProcesses } from '../../../../mads/roles/role-processes.ts';
import { deskTool } from '../../../support/desk.ts';
import { MemoryQueue } from '../../../support/memory-queue.ts';
import { MemoryStore } from '../../../support/memory-store.ts';
import { mined, refund } from '../../../support/mined.ts';

const role = 'support';
const find: Outcome = { kind: 'tool-call', name: 'orders.find', arguments: {}, process: 'refund', step: 'find' };

describe('RoleProcesses', () => {
  let folder: string;
  let store: ProcessStore;
  let host: Host;
  let office: ProcessOffice;
  let warnings: unknown[];
  let roles: RoleProcesses;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'role-processes-'));
    store = new ProcessStore(folder);
    host = new Host({ bus: new MemoryBus(), store: new MemoryStore(), clock: systemClock, ids: systemIds });
    warnings = [];
  });
  afterEach(async () => {
    roles.close();
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function serve(tools: readonly string[], policy: ApprovalPolicy | null = null): void {
    const thinking = { consider: () => Promise.reject(new Error()), escalate: () => Promise.reject(new Error()) };
    host.hire({ role, thinking, tools: tools.map((name) => deskTool(name, 'read')), processes: [] });
    office = new ProcessOffice({
      folder,
      tools: async () => ['orders.find', 'orders.refund'],
      onChange: (of) => roles.refresh(of),
    });
    const logger = { ...quietLogger, warn: (what: unknown) => void warnings.push(what) } as Logger;
    roles = new RoleProcesses({ host, office, logger, policy });
  }
  const placed = () => host.processes(role).placeOf(find);

  it('follows a process from the moment of its approval to its retirement', async () => {
    serve(['orders.find', 'orders.refund']);
    await store.propose(role, [mined(refund)]);
    await roles.refresh(role);
    expect(placed()).toBeNull();
    const { approved } = await office.approve({ name: 'refund', by: 'ada' });
    expect(placed()?.acting).toMatchObject({ version: approved[0]?.version, isExecutable: true });
    await office.retire({ name: 'refund', by: 'ada' });
    expect(placed()).toBeNull();
  });

  it('follows what another server or a person with an editor decides', async () => {
    serve(['orders.find', 'orders.refund']);
    await store.propose(role, [mined(refund)]);
    roles.follow(role, 5);
    const elsewhere = new ProcessStore(folder);
    await elsewhere.approve(role, 'refund', 'ada');
    await expect.poll(placed, { interval: 5 }).not.toBeNull();
    await elsewhere.retire(role, 'refund', 'ada');
    await expect.poll(placed, { interval: 5 }).toBeNull();
  });

  it('is followed by every MAD of the role, whenever it was made', async () => {
    serve(['orders.find', 'orders.refund']);
    await store.propose(role, [mined(refund)]);
    await office.approve({ name: 'refund', by: 'ada' });
    const thinking = { consider: () => Promise.reject(new Error()), escalate: () => Promise.reject(new Error()) };
    host.hire({ name: 'support-1', role, thinking, tools: [], processes: [] });
    await host.replace({ role, thinking, tools: [], processes: [] });
    for (const name of [role, 'support-1']) expect(host.processes(name).placeOf(find)?.acting.isExecutable).toBe(false);
    await office.retire({ name: 'refund', by: 'ada' });
    for (const name of [role, 'support-1']) expect(host.processes(name).placeOf(find)).toBeNull();
  });

  it('does not carry on by itself what calls tools of the client', async () => {
    serve(['orders.find']);
    await store.propose(role, [mined(refund)]);
    await office.approve({ name: 'refund', by: 'ada' });
    expect(placed()?.acting.isExecutable).toBe(false);
  });

  it('names what it cannot follow, and follows the rest', async () => {
    serve(['orders.find', 'orders.refund']);
    await store.propose(role, [mined(refund)]);
    await store.put(role, { ...refund, name: 'broken' }, 'ada');
    const broken = await store.approve(role, 'broken', 'ada');
    await office.approve({ name: 'refund', by: 'ada' });
    const path = join(folder, role, 'versions', `${broken.version}.yaml`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('orders.refund', 'orders.find'));
    await roles.refresh(role);
    expect(placed()?.acting.definition.process.name).toBe('refund');
    expect(warnings.at(-1)).toMatchObject({ role, fault: expect.stringContaining('was changed after') as string });
  });

  it.each<[string, ApprovalPolicy | null, boolean]>([
    ['no policy', null, false],
    ['a policy that it meets', { minSupport: 20, minFitness: 0.9, maxDoubts: 1 }, true],
    ['a policy that lets no doubt pass', { minSupport: 20, minFitness: 0.9, maxDoubts: 0 }, false],
    ['a policy that asks for more runs', { minSupport: 50, minFitness: 0.9, maxDoubts: 1 }, false],
    ['a policy that asks for more fitness', { minSupport: 20, minFitness: 0.99, maxDoubts: 1 }, false],
  ])('under %s a search that ends lets what it found act, or not', async (_what, policy, acts) => {
    serve(['orders.find', 'orders.refund'], policy);
    const queue = new MemoryQueue(() => 0);
    roles.watch({ mine: () => Promise.resolve([]) } as never, queue, 0);
    const request = { kind: 'mine', role, snapshot: { id: 's', path: 's' }, config: { seed: 1, known: [] } } as const;
    const { id } = await queue.enqueue({ ...request, reason: 'test' });
    await store.propose(role, [mined(refund)]);
    const none = { changed: [], same: [], missed: [], dropped: [], conversations: 1, unexplained: 0, notices: [] };
    const result = { kind: 'mine', role, fresh: ['refund'], ...none } as const;
    await queue.move(id, { state: 'completed', mined: result }, { id, kind: 'job-completed' });
    if (acts) await expect.poll(placed).not.toBeNull();
    // long enough for the same to have happened
    else await expect.poll(async () => (await store.show(role, 'refund')).state).toBe('proposed');
    expect(placed() !== null).toBe(acts);
    const by = (await store.show(role, 'refund')).history.at(-1)?.by;
    expect(by).toBe(acts ? 'policy: support ≥ 20, fitness ≥ 0.9, doubts ≤ 1' : 'mining');
  });
});
