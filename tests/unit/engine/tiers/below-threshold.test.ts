import { describe, expect, it } from 'vitest';
import { belowThreshold } from '../../../../engine/tiers/below-threshold.ts';

describe('belowThreshold', () => {
  it.each([
    [0.5, 0.9, 'confidence 0.500 is below 0.900'],
    [0.99298, 0.99299, 'confidence 0.99298 is below 0.99299'],
    [0.9, 0.9 + 1e-12, 'confidence 0.900000 is below 0.900000'],
  ])('tells %d from %d', (confidence, threshold, told) => {
    expect(belowThreshold(confidence, threshold)).toBe(told);
  });
});
