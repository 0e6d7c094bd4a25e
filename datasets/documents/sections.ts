/** A piece of a document, with the headings under which it stands. */
export interface Section {
  /** From the outermost heading in. */
  readonly headings: readonly string[];
  readonly text: string;
}

/** Characters of a section, about 250 tokens of English: large enough to be understood alone, small enough to choose. */
const mostCharacters = 1000;
/** A paragraph this short stays with the next one. */
const fewestCharacters = 200;

/**
 * Cuts a text into sections along headings (Markdown `#`, underlined lines), then paragraphs, then lines, then words. A
 * fenced block or a table is not cut where it fits. Nothing is lost but white space between sections.
 */
export function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  const headings: string[] = [];
  let paragraphs: string[] = [];
  const close = (): void => {
    for (const piece of packed(paragraphs)) sections.push({ headings: headings.filter(Boolean), text: piece });
    paragraphs = [];
  };
  for (const block of blocksOf(text)) {
    if (block.level === 0) paragraphs.push(block.text);
    else {
      close();
      headings.length = Math.min(headings.length, block.level - 1);
      headings[block.level - 1] = block.text;
    }
  }
  close();
  // A document of headings alone still says something.
  if (sections.length === 0 && headings.length > 0) sections.push({ headings: [], text: headings.join('\n') });
  return sections;
}

interface Block {
  /** 1 to 6 for a heading, 0 for a paragraph. */
  readonly level: number;
  readonly text: string;
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  const close = (): void => {
    const paragraph = lines.join('\n').trimEnd();
    if (paragraph.trim() !== '') blocks.push({ level: 0, text: paragraph });
    lines = [];
  };
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (fence !== null || mark !== null) {
      if (fence === null) fence = mark;
      else if (mark?.startsWith(fence) === true && line.trim() === mark) fence = null;
      lines.push(line);
      continue;
    }
    const heading = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*$/.exec(line);
    const underline = /^ {0,3}(=+|-+)[ \t]*$/.exec(line);
    if (heading !== null) {
      close();
      blocks.push({ level: heading[1]!.length, text: heading[2]! });
    } else if (underline !== null && lines.length === 1 && lines[0]!.trim() !== '' && underline[1]!.length > 2) {
      blocks.push({ level: underline[1]!.startsWith('=') ? 1 : 2, text: lines[0]!.trim() });
      lines = [];
    } else if (line.trim() === '') close();
    else lines.push(line);
  }
  close();
  return blocks;
}

/** Paragraphs put together up to the size of a section; one that is larger is cut. */
function packed(paragraphs: readonly string[]): string[] {
  const pieces: string[] = [];
  for (const paragraph of paragraphs.flatMap((one) => cut(one))) {
    const last = pieces.at(-1);
    const together = last === undefined ? Infinity : last.length + paragraph.length + 2;
    const isShort = Math.min(last?.length ?? 0, paragraph.length) < fewestCharacters;
    if (together <= mostCharacters || (isShort && together <= mostCharacters * 1.2)) {
      pieces[pieces.length - 1] = `${last}\n\n${paragraph}`;
    } else pieces.push(paragraph);
  }
  return pieces;
}

function cut(text: string): string[] {
  if (text.length <= mostCharacters) return [text];
  for (const border of [/\n/g, /(?<=[.!?])\s+/g, /\s+/g]) {
    const middle = text.length / 2;
    let at: RegExpExecArray | null = null;
    for (const match of text.matchAll(border)) {
      if (at === null || Math.abs(match.index - middle) < Math.abs(at.index - middle)) at = match;
    }
    if (at !== null && at.index > 0 && at.index + at[0].length < text.length) {
      return [...cut(text.slice(0, at.index)), ...cut(text.slice(at.index + at[0].length))];
    }
  }
  return [...cut(text.slice(0, mostCharacters)), ...cut(text.slice(mostCharacters))];
}
