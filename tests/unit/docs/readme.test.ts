import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readmeTables, withTables } from '../../support/readme-tables.ts';

const readme = readFileSync('README.md', 'utf8');

describe('README', () => {
  it.each(Object.keys(readmeTables))('holds the %s table as the code has it (npm run docs makes it)', (name) => {
    expect(readme).toContain(
      `<!-- ${name}: made from the code -->\n${readmeTables[name]?.()}\n<!-- end of ${name} -->`,
    );
  });

  it('would notice a stale table', () => {
    const stale = readme.replace('error budget: largest', 'error bidget: largest');
    expect(stale).not.toBe(readme);
    expect(withTables(stale)).toBe(readme);
  });
});
