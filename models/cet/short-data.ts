/** Data in fewer characters that still says the same; null where nothing shorter is known. */
export interface ShortData {
  readonly text: string;
  /** What was done, in words. */
  readonly how: string;
}

/** Longer texts are left as they are: the work must stay small beside choosing. */
const longest = 200_000;
/** A log has at least so many lines, and at least this share of them said before. */
const fewestLines = 6;
const repeatedShare = 0.3;

/**
 * JSON without white space, a list of like records or a drawn table as CSV, a log with each different line once and how
 * often it came. Every value of the data stays; of repeated log lines the times of all but the first go.
 */
export function shortData(text: string): ShortData | null {
  if (text.length > longest) return null;
  const trimmed = text.trim();
  const short = shortJson(trimmed) ?? shortTable(trimmed) ?? shortLog(trimmed);
  return short !== null && short.text.length < text.length * 0.9 ? short : null;
}

function shortJson(text: string): ShortData | null {
  if (!/^[[{]/.test(text)) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  // A number that JavaScript cannot hold would come back as another one.
  if (/\d{16,}|\d[eE]/.test(text)) return null;
  const table = csvOfRecords(value);
  const minified = JSON.stringify(value);
  if (table !== null && table.length < minified.length) return { text: table, how: 'records as CSV' };
  return { text: minified, how: 'JSON without white space' };
}

/** CSV of a list of flat objects with the same keys. */
function csvOfRecords(value: unknown): string | null {
  if (!Array.isArray(value) || value.length < 3) return null;
  const keys = Object.keys((value[0] ?? {}) as object);
  if (keys.length === 0) return null;
  const rows = [csvRow(keys)];
  for (const record of value as unknown[]) {
    if (record === null || typeof record !== 'object' || Array.isArray(record)) return null;
    const fields = Object.entries(record);
    if (fields.length !== keys.length || fields.some(([key], at) => key !== keys[at])) return null;
    if (fields.some(([, field]) => field !== null && typeof field === 'object')) return null;
    // Text and number, absent and empty stay apart: what is no plain word is written as in JSON.
    rows.push(
      csvRow(
        fields.map(([, field]) =>
          typeof field === 'string' && /[^\d\s]/.test(field) && !/^(?:true|false|null)$/.test(field)
            ? field
            : JSON.stringify(field),
        ),
      ),
    );
  }
  return rows.join('\n');
}

function csvRow(fields: readonly string[]): string {
  return fields.map((field) => (/[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

/** A table drawn with bars, as Markdown and many command-line tools draw it; what stands around it stays. */
function shortTable(text: string): ShortData | null {
  const lines = text.split('\n');
  const isRow = (line: string): boolean => /^\s*[|│┃].*[|│┃]\s*$/.test(line);
  const isRule = (line: string): boolean => /^[\s|│┃+:=─━┄┼├┤┌┐└┘┬┴╪╞╡╤╧╒╕╘╛-]+$/.test(line) && /[-─━=]{2}/.test(line);
  if (lines.filter(isRow).length < 3) return null;
  const kept: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (isRule(line) && (isRow(lines[at - 1] ?? '') || isRow(lines[at + 1] ?? ''))) continue;
    if (!isRow(line)) kept.push(line);
    else {
      const cells = line
        .trim()
        .slice(1, -1)
        .split(/(?<!\\)[|│┃]/);
      kept.push(csvRow(cells.map((cell) => cell.trim().replaceAll('\\|', '|'))));
    }
  }
  return { text: kept.join('\n'), how: 'table as CSV' };
}

/** What differs from line to line of a log without saying anything new: when, and which process. */
const stamps =
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{1,2}\b|\[\d+\]/g;

function shortLog(text: string): ShortData | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < fewestLines) return null;
  const seen = new Map<string, { readonly line: string; times: number }>();
  for (const line of lines) {
    const key = line.replaceAll(stamps, '#').trim();
    const known = seen.get(key);
    if (known === undefined) seen.set(key, { line, times: 1 });
    else known.times += 1;
  }
  if (seen.size > lines.length * (1 - repeatedShare)) return null;
  const kept = [...seen.values()].map(({ line, times }) => (times === 1 ? line : `${line} (${times} times)`));
  return { text: kept.join('\n'), how: 'each different line once' };
}
