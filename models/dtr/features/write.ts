import { pairNames } from './pairs.ts';
import type { Scan } from './scan.ts';
import { groupFeatures, lineFeatures, openingFeatures, pairFeatures } from './schema.ts';
import { shapes } from './shapes.ts';
import { groupNames } from './vocabulary.ts';

const pairIndex = Uint8Array.from(pairFeatures, ([name]) => pairNames.indexOf(name));
const groupIndex = Uint8Array.from(groupFeatures, ([name]) => groupNames.indexOf(name));
const lineBits = Int32Array.from(lineFeatures, ([name]) => 1 << groupNames.indexOf(name));
const openingBits = Int32Array.from(openingFeatures, ([name]) => 1 << groupNames.indexOf(name));

const opensBracket = flags('{[<');
const opensSlash = flags('/');
const opensSymbol = flags('.-$#@!~"\'`_*(');
const closesStop = flags('.!');
const closesQuestion = flags('?');
const closesBracket = flags('}])>');
const closesMark = flags(';:,"\'\\=');

function flags(symbols: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const symbol of symbols) table[symbol.charCodeAt(0)] = 1;
  return table;
}

function is(table: Uint8Array, code: number): number {
  return code < 128 ? (table[code] as number) : 0;
}

/**
 * Writes every feature of a scan into `row` from `offset`, in the order of the schema, and returns the next free place.
 * Straight code instead of a function per feature: those cost 4 us per message, measured, because each returned number
 * was put on the heap.
 */
export function writeFeatures(scan: Scan, row: Float64Array, offset = 0): number {
  const { characters, pairs, groups, wordShapes } = scan;
  const perCharacter = scan.length > 0 ? 1 / scan.length : 0;
  const perWord = scan.words > 0 ? 1 / scan.words : 0;
  const perChunk = scan.chunks > 0 ? 1 / scan.chunks : 0;
  const perLine = scan.lines > 0 ? 1 / scan.lines : 0;
  let at = offset;
  row[at++] = scan.total; // length
  row[at++] = scan.fenced; // fenced
  row[at++] = scan.nonAscii * perCharacter; // nonAscii
  row[at++] = scan.lowers * perCharacter; // lower
  row[at++] = scan.uppers * perCharacter; // upper
  row[at++] = scan.digits * perCharacter; // digits
  row[at++] = scan.symbols * perCharacter; // symbols
  row[at++] = scan.structural * perCharacter; // structural
  row[at++] = scan.controls * perCharacter; // control
  row[at++] = (characters[32] as number) * perCharacter; // spaces
  row[at++] = ((characters[123] as number) + (characters[125] as number)) * perCharacter; // braces
  row[at++] = ((characters[91] as number) + (characters[93] as number)) * perCharacter; // squares
  row[at++] = ((characters[40] as number) + (characters[41] as number)) * perCharacter; // rounds
  row[at++] = ((characters[60] as number) + (characters[62] as number)) * perCharacter; // angles
  row[at++] = (characters[34] as number) * perCharacter; // doubleQuotes
  row[at++] = (characters[39] as number) * perCharacter; // singleQuotes
  row[at++] = (characters[96] as number) * perCharacter; // backticks
  row[at++] = (characters[59] as number) * perCharacter; // semicolons
  row[at++] = (characters[58] as number) * perCharacter; // colons
  row[at++] = (characters[44] as number) * perCharacter; // commas
  row[at++] = (characters[46] as number) * perCharacter; // stops
  row[at++] = (characters[61] as number) * perCharacter; // equals
  row[at++] = (characters[47] as number) * perCharacter; // slashes
  row[at++] = (characters[92] as number) * perCharacter; // backslashes
  row[at++] = (characters[124] as number) * perCharacter; // pipes
  row[at++] = (characters[36] as number) * perCharacter; // dollars
  row[at++] = (characters[45] as number) * perCharacter; // dashes
  row[at++] = (characters[95] as number) * perCharacter; // underscores
  row[at++] = (characters[35] as number) * perCharacter; // hashes
  row[at++] = (characters[42] as number) * perCharacter; // stars
  row[at++] = ((characters[43] as number) + (characters[64] as number)) * perCharacter; // plusMinus
  row[at++] = (characters[9] as number) * perCharacter; // tabs
  row[at++] = (characters[63] as number) * perCharacter; // questions
  row[at++] = scan.words; // words
  row[at++] = scan.wordLetters * perWord; // wordLength
  row[at++] = (wordShapes[shapes.capitalised] as number) * perWord; // capitalised
  row[at++] = (wordShapes[shapes.capitals] as number) * perWord; // allCapitals
  row[at++] = (wordShapes[shapes.mixed] as number) * perWord; // mixedCase
  row[at++] = scan.chunks; // chunks
  row[at++] = scan.plainChunks * perChunk; // plain
  row[at++] = scan.numberChunks * perChunk; // numbers
  row[at++] = scan.oddChunks * perChunk; // odd
  row[at++] = scan.longestChunk; // longestChunk
  row[at++] = scan.plainRun; // plainRun
  row[at++] = scan.openPlainRun; // openPlainRun
  row[at++] = scan.flags; // flags
  row[at++] = scan.paths * perChunk; // paths
  row[at++] = scan.assignments * perChunk; // assignments
  row[at++] = scan.keyed * perChunk; // keyed
  row[at++] = scan.firstOdd; // beforeOdd
  row[at++] = scan.afterOdd; // afterOdd
  row[at++] = scan.firstChunkLength; // firstChunk
  row[at++] = scan.firstChunkKind; // firstChunkKind
  row[at++] = scan.firstChunkPlain; // firstChunkPlain
  row[at++] = scan.lines; // lines
  row[at++] = scan.blankLines * perLine; // blankLines
  row[at++] = scan.indentedLines * perLine; // indented
  row[at++] = scan.proseLines * perLine; // proseLines
  row[at++] = scan.proseCharacters * perCharacter; // proseCharacters
  row[at++] = scan.digitLines * perLine; // digitLines
  row[at++] = scan.bracketLines * perLine; // bracketLines
  row[at++] = scan.dashLines * perLine; // dashLines
  row[at++] = scan.keyLines * perLine; // keyLines
  row[at++] = scan.endStop * perLine; // endStop
  row[at++] = scan.endBlock * perLine; // endBlock
  row[at++] = scan.endComma * perLine; // endComma
  row[at++] = scan.endColon * perLine; // endColon
  row[at++] = scan.sameCommas * perLine; // commaColumns
  row[at++] = scan.firstCommas; // firstCommas
  row[at++] = scan.sameTabs * perLine; // tabColumns
  row[at++] = scan.longestLine; // longestLine
  row[at++] = scan.firstLineProse; // firstLineProse
  row[at++] = scan.lastLineProse; // lastLineProse
  row[at++] = scan.firstLineEnd === 63 || scan.firstLineEnd === 58 ? 1 : 0; // firstLineAsks
  row[at++] = scan.lastLineEnd === 63 ? 1 : 0; // lastLineAsks
  row[at++] = scan.firstLineLength * perCharacter; // firstLineShare
  row[at++] = scan.lastLineLength * perCharacter; // lastLineShare
  row[at++] = is(opensBracket, scan.firstCode); // opensBracket
  row[at++] = is(opensSlash, scan.firstCode); // opensSlash
  row[at++] = is(opensSymbol, scan.firstCode); // opensSymbol
  row[at++] = is(closesStop, scan.lastCode); // closesStop
  row[at++] = is(closesQuestion, scan.lastCode); // closesQuestion
  row[at++] = is(closesBracket, scan.lastCode); // closesBracket
  row[at++] = is(closesMark, scan.lastCode); // closesMark
  row[at++] = scan.deepest; // deepest
  row[at++] = scan.depth; // openDepth
  row[at++] = scan.unbalanced; // unbalanced
  for (let index = 0; index < pairIndex.length; index += 1) row[at++] = pairs[pairIndex[index] as number] as number;
  for (let index = 0; index < groupIndex.length; index += 1) {
    row[at++] = (groups[groupIndex[index] as number] as number) * perWord;
  }
  for (let index = 0; index < openingBits.length; index += 1) {
    row[at++] = (scan.firstGroups & (openingBits[index] as number)) === 0 ? 0 : 1;
  }
  for (let index = 0; index < lineBits.length; index += 1) {
    row[at++] = (scan.firstLineGroups & (lineBits[index] as number)) === 0 ? 0 : 1;
  }
  for (let index = 0; index < lineBits.length; index += 1) {
    row[at++] = (scan.lastLineGroups & (lineBits[index] as number)) === 0 ? 0 : 1;
  }
  return at;
}
