import { z } from 'zod';
import { configSchema, environmentName } from '../../engine/core/config.ts';
import { errorCatalogue } from '../../engine/core/errors.ts';

/** The tables of the README that are made from the code, by the name of the marks around them. */
export const readmeTables: Readonly<Record<string, () => string>> = { config: configTable, errors: errorTable };

function configTable(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    const { description = '', default: standard } = property as { description?: string; default?: unknown };
    const shown = standard === undefined ? '' : `\`${JSON.stringify(standard)}\``;
    return `| \`${key}\` | \`${environmentName(key)}\` | ${shown} | ${escape(description)} |`;
  });
  return ['| setting | environment | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function errorTable(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { status, retryable, text }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${escape(text)} |`,
  );
  return ['| code | HTTP status | trying again helps | what it says |', '|---|---|---|---|', ...rows].join('\n');
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** The text with every table between its marks made anew. */
export function withTables(readme: string): string {
  return Object.entries(readmeTables).reduce((text, [name, table]) => {
    const marks = new RegExp(`(<!-- ${name}: made from the code -->\\n)[\\s\\S]*?(\\n<!-- end of ${name} -->)`);
    return text.replace(marks, (_all, start: string, end: string) => `${start}${table()}${end}`);
  }, readme);
}
