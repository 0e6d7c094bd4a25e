import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { forgetWords } from '../../../../training/loop/forgotten-words.ts';
import { temporaryFolder } from '../../../support/log-fixture.ts';

const folder = temporaryFolder();
const path = join(folder.path, 'learning.json');
afterEach(() => folder.remove());

describe('forgetWords', () => {
  it('takes wordings and their movements out of what the loop remembers, and leaves the rest', async () => {
    expect(await forgetWords(path)).toBe(0);
    mkdirSync(folder.path, { recursive: true });
    const move = { id: '1', role: 'desk', time: 1, why: '', rows: 1, errors: 0, errorUpper: 0 };
    const process = { ...move, kind: 'graduated', what: 'refund', from: 'imperator', to: 'lppm' };
    const words = { ...move, kind: 'graduated', what: 'my name is Ada', from: 'lppm', to: 'dtr' };
    const trained = { desk: { turns: 5, corrections: 0, at: 1, job: null, failures: 0 } };
    const graduation = { routes: [{ text: 'my name is Ada' }], moved: [process, words], processes: [] };
    writeFileSync(path, JSON.stringify({ trained, rollouts: {}, graduation }));
    expect(await forgetWords(path)).toBe(1);
    const kept = readFileSync(path, 'utf8');
    expect(kept).not.toContain('Ada');
    expect(JSON.parse(kept)).toMatchObject({ trained, graduation: { routes: [], moved: [process], processes: [] } });
  });
});
