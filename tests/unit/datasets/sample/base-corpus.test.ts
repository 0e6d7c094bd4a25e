import { describe, expect, it } from 'vitest';
import { baseCorpus, snippetKinds } from '../../../../datasets/sample/base-corpus.ts';
import { sampleDestination } from '../../../../datasets/sample/destinations.ts';
import { sampleTools } from '../../../../datasets/sample/tools.ts';

const fold = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ').trim();

describe('baseCorpus', () => {
  const rows = baseCorpus(1, { rows: 6000 });

  it('gives as many rows as asked for, no text twice', () => {
    expect(rows).toHaveLength(6000);
    expect(new Set(rows.map((row) => fold(row.text))).size).toBe(6000);
  });

  it('gives the same rows for the same seed and others for another', () => {
    expect(baseCorpus(7, { rows: 300 })).toEqual(baseCorpus(7, { rows: 300 }));
    const first = new Set(baseCorpus(7, { rows: 300 }).map((row) => row.text));
    const shared = baseCorpus(8, { rows: 300 }).filter((row) => first.has(row.text));
    expect(shared.length).toBeLessThan(30);
  });

  it('holds every kind, none of them rare and none overwhelming', () => {
    const counts = Map.groupBy(rows, (row) => row.subtype);
    expect([...counts.keys()].sort()).toEqual([...new Set(snippetKinds.map((kind) => kind.subtype))].sort());
    for (const [subtype, found] of counts) {
      expect(found.length, subtype).toBeGreaterThan(12);
      expect(found.length, subtype).toBeLessThan(700);
    }
    const share = (group: string): number => rows.filter((row) => row.class === group).length / rows.length;
    expect(share('deterministic')).toBeGreaterThan(0.28);
    expect(share('fixed')).toBeGreaterThan(0.22);
    expect(share('prose')).toBeGreaterThan(0.33);
  });

  it('leaves no mark of a template behind', () => {
    // eslint-disable-next-line no-control-regex -- control signs mark slots while a text is made
    const marks = /[«»¦‹›\u0001-\u0003]/;
    expect(rows.filter((row) => marks.test(row.text)).map((row) => row.text)).toEqual([]);
  });

  it('writes JSON that can be parsed', () => {
    const bare = rows.filter((row) => ['json', 'mcp_request', 'mcp_result', 'json_schema'].includes(row.subtype));
    const json = bare.map((row) => row.text.replace(/^```\w*\n|\n```$/g, ''));
    const broken = json.filter((text) => !text.split('\n').every(isJson) && !isJson(text));
    expect(json.length).toBeGreaterThan(300);
    expect(broken).toEqual([]);
  });

  it('sends each payload kind to a tool of the desk that takes it, and prose nowhere', () => {
    const tools = new Map(sampleTools().map((tool) => [tool.name, tool.parameters]));
    for (const { class: group, subtype } of snippetKinds) {
      const destination = sampleDestination(subtype);
      if (group === 'prose') expect(destination, subtype).toBeNull();
      else expect(tools.get(destination?.tool ?? '')?.['required'], subtype).toContain(destination?.argument);
    }
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
