import { describe, expect, it } from 'vitest';
import type { DtrExample } from '../../../models/dtr/example.ts';
import { baseExamples, nowhere, type BaseRow } from '../../../training/examples/base-examples.ts';

const snippet = (subtype: string): BaseRow => ({
  text: `some ${subtype}`,
  class: 'deterministic',
  subtype,
  source: 'corpus',
});
const logged = (language: string): DtrExample => ({
  text: language,
  class: 'deterministic',
  subtype: null,
  destination: { tool: 'code.execute', argument: 'code', constants: { language } },
  payload: language,
  source: 'desk',
});
const rows = ['code_python', 'code_go', 'code_php', 'code_bash', 'csv'].map(snippet);

describe('baseExamples', () => {
  it('sends code in a language that the log never sent anywhere nowhere', () => {
    const [python, , php, bash, csv] = baseExamples(rows, [logged('python'), logged('go')]);
    expect(php?.destination).toEqual(nowhere);
    expect([python, bash, csv].map((example) => example?.destination)).toEqual([null, null, null]);
  });

  it('says nothing of destinations where the tools are not told the language', () => {
    const examples = baseExamples(rows, [
      { ...logged('python'), destination: { tool: 'run', argument: 'code', constants: {} } },
    ]);
    expect(examples.every((example) => example.destination === null)).toBe(true);
  });
});
