import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Library } from '../../../datasets/documents/library.ts';
import { readDocument } from '../../../datasets/documents/read-document.ts';
import { sectionsOf } from '../../../datasets/documents/sections.ts';
import { SearchIndex } from '../../../datasets/search/search-index.ts';
import { temporaryFolder } from '../../support/log-fixture.ts';

/** A PDF of one line per page, written by hand. */
function pdf(lines: readonly string[]): string {
  const kids = lines.map((_, at) => `${4 + at * 2} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${lines.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (const [at, line] of lines.entries()) {
    const stream = `BT /F1 18 Tf 20 100 Td (${line}) Tj ET`;
    const page = '/Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Resources << /Font << /F1 3 0 R >> >>';
    objects.push(`<< ${page} /Contents ${5 + at * 2} 0 R >>`);
    objects.push(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  }
  let text = '%PDF-1.4\n';
  const places = objects.map((object, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`;
  return `${text}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
}

describe('sectionsOf', () => {
  it('cuts along headings and names those above', () => {
    const text =
      'Intro.\n\n# Shop\n\nWelcome.\n\n## Returns ##\n\nWithin 30 days.\n\n```\n# no heading\n```\n\nHours\n-----\nNine to five.';
    expect(sectionsOf(text)).toEqual([
      { headings: [], text: 'Intro.' },
      { headings: ['Shop'], text: 'Welcome.' },
      { headings: ['Shop', 'Returns'], text: 'Within 30 days.\n\n```\n# no heading\n```' },
      { headings: ['Shop', 'Hours'], text: 'Nine to five.' },
    ]);
    expect(sectionsOf('# Only a title')).toEqual([{ headings: [], text: 'Only a title' }]);
    expect(sectionsOf(' \n\n')).toEqual([]);
  });
  it('keeps every word, in sections that are not too long', () => {
    const lines = fc.array(fc.oneof(fc.lorem({ maxCount: 60 }), fc.constant(''), fc.string({ maxLength: 1500 })));
    fc.assert(
      fc.property(lines, (given) => {
        const text = given.join('\n').replaceAll(/[#`~=-]/g, 'x');
        const sections = sectionsOf(text);
        const bare = (one: string): string => one.replaceAll(/\s+/g, '');
        expect(bare(sections.map((section) => section.text).join(''))).toBe(bare(text));
        for (const section of sections) expect(section.text.length).toBeLessThanOrEqual(1202);
      }),
      { numRuns: 50 },
    );
  });
});

describe('Library', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let index: SearchIndex;
  let library: Library;
  const write = (name: string, content: string | Buffer): void =>
    writeFileSync(join(folder.path, 'docs', name), content);
  const find = async (text: string): Promise<string[]> => (await library.search(text, 9)).map(({ place }) => place);
  beforeEach(() => {
    folder = temporaryFolder();
    mkdirSync(join(folder.path, 'docs', 'deep'), { recursive: true });
    index = new SearchIndex(join(folder.path, 'documents.sqlite'));
    library = new Library(index, [join(folder.path, 'docs')]);
  });
  afterEach(async () => {
    await index.close();
    folder.remove();
  });

  it('finds sections of Markdown, text and PDF files by what they say', async () => {
    write('shop.md', '# Shop\n\n## Returns\n\nA kayak can come back within 30 days.');
    write('deep/notes.txt', 'The violin is sold.');
    write('plan.pdf', pdf(['Opening hours', 'The glider flies on Mondays']));
    write('picture.png', 'kayak');
    expect(await library.refresh()).toEqual({ documents: 3, read: 3, removed: 0, failed: [] });
    expect(await find('returning a kayak')).toEqual(['shop.md, Shop, Returns']);
    expect(await find('violins')).toEqual([join('deep', 'notes.txt')]);
    expect(await find('glider')).toEqual(['plan.pdf, page 2']);
  });
  it('reads what changed anew, forgets what is gone, and names what it cannot read', async () => {
    write('a.md', 'The kayak is blue.');
    write('b.md', 'The kayak is red.');
    await library.refresh();
    expect(await library.refresh()).toMatchObject({ documents: 2, read: 0, removed: 0 });
    write('a.md', 'The violin is very blue.');
    rmSync(join(folder.path, 'docs', 'b.md'));
    write('bad.pdf', 'no PDF');
    write('bad.txt', Buffer.from([0xff, 0xfe, 0x00]));
    const report = await library.refresh();
    expect(report).toMatchObject({ documents: 1, read: 1, removed: 1 });
    expect(report.failed.map(({ path }) => path.slice(-7))).toEqual(['bad.pdf', 'bad.txt']);
    expect([await find('kayak'), await find('violin')]).toEqual([[], ['a.md']]);
    await expect(readDocument(join(folder.path, 'none.md'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
