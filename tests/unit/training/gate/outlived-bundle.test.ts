import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../../engine/core/errors.ts';
import type { Artefact } from '../../../../models/artefact.ts';
import { makeBundle, type Bundle } from '../../../../models/bundle.ts';
import { isOutlived } from '../../../../training/gate/outlived-bundle.ts';

/** Name of an artefact: the code that made it. */
const madeBy = (code: string): Artefact => ({ id: code, folder: '', manifest: { codeVersion: code } }) as Artefact;
const bundleOf = (code: string, createdAt: number): Bundle =>
  makeBundle({ role: 'desk', artefacts: { dtr: code } } as Parameters<typeof makeBundle>[0], createdAt);
const mismatch = (what: string): EngineError =>
  new EngineError('ARTEFACT_MISMATCH', { id: 'a', what, expected: '1', actual: '2' });

/** @param others bundles of the role, by the code that made them and when */
function ask(error: unknown, others: readonly (readonly [string, number])[] = []): Promise<boolean> {
  const bundles = others.map(([code, at]) => bundleOf(code, at));
  const registry = { bundles: () => Promise.resolve(bundles), artefact: (id: string) => Promise.resolve(madeBy(id)) };
  const opened = { bundle: bundleOf('theirs', 50), artefacts: { dtr: madeBy('theirs') } };
  return isOutlived(error, opened, registry, 'ours');
}

describe('isOutlived', () => {
  it('holds where the code has moved on', async () => {
    expect(await ask(mismatch('format'))).toBe(true);
    expect(await ask(mismatch('format'), [['before', 10]])).toBe(true);
    expect(await ask(mismatch('format'), [['ours', 60]])).toBe(true);
  });

  it('does not where this code is the older one, or made it', async () => {
    expect(await ask(mismatch('format'), [['ours', 10]])).toBe(false);
    const opened = { bundle: bundleOf('ours', 50), artefacts: { dtr: madeBy('ours') } };
    const registry = { bundles: () => Promise.resolve([]), artefact: (id: string) => Promise.resolve(madeBy(id)) };
    expect(await isOutlived(mismatch('format'), opened, registry, 'ours')).toBe(false);
  });

  it('does not where only an encoder is missing here, or something else went wrong', async () => {
    expect(await ask(mismatch('encoder'))).toBe(false);
    expect(await ask(new EngineError('ARTEFACT_CORRUPT', { id: 'a', detail: 'torn' }))).toBe(false);
    expect(await ask(new Error('no such file'))).toBe(false);
  });
});
