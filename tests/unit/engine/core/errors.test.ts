import { describe, expect, it, vi } from 'vitest';
import { EngineError, errorCatalogue } from '../../../../engine/core/errors.ts';

describe('EngineError', () => {
  it('fills its template, and leaves a gap visible', () => {
    const error = new EngineError('SHAPE_MISMATCH', { what: 'row', expected: 3 });
    expect(error.message).toBe('row: expected length 3, got {actual}');
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', status: 400, retryable: false });
  });

  it('is known across copies of its module, and by nothing that only looks like it', async () => {
    vi.resetModules();
    const copy = await import('../../../../engine/core/errors.ts');
    const theirs = new copy.EngineError('INTERNAL', { detail: 'x' });
    expect(theirs).not.toBeInstanceOf(EngineError);
    expect(EngineError.isInstance(theirs)).toBe(true);
    expect(EngineError.isInstance({ code: 'INTERNAL', name: 'EngineError' })).toBe(false);
    expect(EngineError.isInstance(null)).toBe(false);
  });

  it('wraps any thrown thing with its cause kept, and one of its own not again', () => {
    const own = new EngineError('USAGE', { detail: 'd' });
    expect(EngineError.from(own)).toBe(own);
    const cause = new TypeError('boom');
    expect(EngineError.from(cause)).toMatchObject({ code: 'INTERNAL', cause, detail: { detail: 'boom' } });
    expect(EngineError.from('text').message).toContain('text');
  });
});

describe('errorCatalogue', () => {
  it.each(Object.entries(errorCatalogue))('%s reads as a sentence in one line', (_code, { text, status }) => {
    expect(text).toMatch(/^[^\n]+$/);
    expect(text).not.toMatch(/\.$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  });
});
