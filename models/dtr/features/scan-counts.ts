import { pairNames } from './pairs.ts';
import { windowLimit } from './text-window.ts';
import { groupNames } from './vocabulary.ts';

const shapesAt = 128;
const pairsAt = 136;
const groupsAt = pairsAt + pairNames.length;

/** What one pass over a text window counts. Plain numbers, so that reading and writing them allocates nothing. */
export class ScanCounts {
  /** The text as a row of shapes (`shapes.ts`): a byte for each word, number, symbol and line break. */
  readonly tokens = new Uint8Array(windowLimit + 8);
  tokenCount = 0;

  /** All counts below behind each other, so that one call clears them. */
  readonly counters = new Uint16Array(groupsAt + groupNames.length);
  /** Occurrences of each ASCII character but letters. */
  readonly characters: Uint16Array = this.counters.subarray(0, shapesAt);
  /** Words of each of `shapes`, before function words and keywords are told apart. */
  readonly wordShapes: Uint16Array = this.counters.subarray(shapesAt, pairsAt);
  readonly pairs: Uint16Array = this.counters.subarray(pairsAt, groupsAt);
  /** Words per group, in the order of `groupNames`. */
  readonly groups: Uint16Array = this.counters.subarray(groupsAt);

  /** Code units looked at; work done is proportional to it. */
  length = 0;
  total = 0;
  fenced = 0;
  nonAscii = 0;
  lowers = 0;
  uppers = 0;
  digits = 0;
  symbols = 0;
  structural = 0;
  controls = 0;

  words = 0;
  wordLetters = 0;
  firstGroups = 0;

  chunks = 0;
  plainChunks = 0;
  numberChunks = 0;
  longestChunk = 0;
  plainRun = 0;
  openPlainRun = 0;
  flags = 0;
  paths = 0;
  assignments = 0;
  keyed = 0;
  firstOdd = 0;
  afterOdd = 0;
  firstChunkLength = 0;
  firstChunkKind = 0;
  firstChunkPlain = 0;
  oddChunks = 0;

  lines = 0;
  blankLines = 0;
  indentedLines = 0;
  proseLines = 0;
  proseCharacters = 0;
  digitLines = 0;
  bracketLines = 0;
  dashLines = 0;
  keyLines = 0;
  endStop = 0;
  endBlock = 0;
  endComma = 0;
  endColon = 0;
  sameCommas = 0;
  firstCommas = 0;
  sameTabs = 0;
  firstTabs = 0;
  longestLine = 0;
  firstLineProse = 0;
  lastLineProse = 0;
  firstLineEnd = 0;
  lastLineEnd = 0;
  firstLineLength = 0;
  lastLineLength = 0;
  /** Word groups (bits) that occur in the first and in the last line that is not blank. */
  firstLineGroups = 0;
  lastLineGroups = 0;
  firstCode = 0;
  lastCode = 0;

  depth = 0;
  deepest = 0;
  unbalanced = 0;
}
