import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { sectionsOf, type Section } from './sections.ts';

/** A section of a document, and its page where it has pages. */
export interface DocumentSection extends Section {
  readonly page?: number;
}

/** Endings of files that are read. */
export const documentEndings: readonly string[] = ['.md', '.markdown', '.txt', '.text', '.rst', '.pdf'];

/** Sections of a Markdown, text or PDF file. @throws FILE_UNREADABLE */
export async function readDocument(path: string): Promise<DocumentSection[]> {
  try {
    const bytes = await readFile(path);
    if (extname(path).toLowerCase() === '.pdf') return await readPdf(bytes);
    return sectionsOf(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new EngineError('FILE_UNREADABLE', { path, detail: messageOf(error) }, { cause: error });
  }
}

async function readPdf(bytes: Uint8Array): Promise<DocumentSection[]> {
  const { extractText, getDocumentProxy } = await import('unpdf');
  // It takes the bytes for itself, and says what it finds odd on the console unless told not to.
  const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  try {
    const { text } = await extractText(document, { mergePages: false });
    return text.flatMap((page, at) => sectionsOf(page).map((section) => ({ ...section, page: at + 1 })));
  } finally {
    await document.destroy();
  }
}
