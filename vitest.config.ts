import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // the default leaves one core free, which on two cores is half of the machine
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/architecture.test.ts', 'tests/{unit,pins}/**/*.test.ts'],
          exclude: ['**/*.slow.test.ts'],
          testTimeout: 20_000,
          // a process for each file would cost a third of the time; no unit test leaves anything behind
          isolate: false,
        },
      },
      {
        test: {
          name: 'slow',
          include: ['tests/{integration,e2e}/**/*.test.ts', 'tests/**/*.slow.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
