import { endsWord, isStructural, kind, kindOf } from './characters.ts';
import { pairTable } from './pairs.ts';
import { ScanCounts } from './scan-counts.ts';
import type { TextWindow } from './text-window.ts';
import { shapeOfWord, shapes } from './shapes.ts';
import { countGroups, groupNames, groupsOf, wordPrime, wordSeed } from './vocabulary.ts';

const functionBit = 1 << groupNames.indexOf('function');
const keywordBits = (1 << groupNames.indexOf('code')) | (1 << groupNames.indexOf('sql'));

/**
 * The pass itself: once over a text window, character by character. A line counts as prose where most of its chunks are
 * plain words and a function word is among them. Nothing is allocated after construction.
 */
export class Scan extends ScanCounts {
  run(window: TextWindow): void {
    const { codes, length } = window;
    const { characters, pairs, groups, wordShapes, tokens } = this;
    this.counters.fill(0);

    let spaces = 0;
    let tabs = 0;
    let tokenCount = 0;
    let lowers = 0;
    let uppers = 0;
    let digits = 0;
    let symbols = 0;
    let structural = 0;
    let controls = 0;

    let words = 0;
    let firstGroups = 0;
    let wordLength = 0;
    let wordUppers = 0;
    let wordStart = 0;
    let wordFirst = 0;
    let wordHash = wordSeed;

    let chunks = 0;
    let plainChunks = 0;
    let numberChunks = 0;
    let longestChunk = 0;
    let plainRun = 0;
    let run = 0;
    let openPlainRun = 0;
    let openRun = 0;
    let flags = 0;
    let paths = 0;
    let assignments = 0;
    let keyed = 0;
    let firstOdd = -1;
    let lastOdd = -1;
    let oddChunks = 0;
    let firstChunkLength = 0;
    let firstChunkKind = 0;
    let firstChunkPlain = 0;
    let chunkLength = 0;
    let chunkDigits = 0;
    let chunkLetters = 0;
    let chunkStructural = 0;
    let chunkEnds = 0;
    let chunkSlashes = 0;
    let chunkEquals = 0;
    let chunkFirst = 0;
    let chunkSecond = 0;

    let lines = 0;
    let blankLines = 0;
    let indentedLines = 0;
    let proseLines = 0;
    let proseCharacters = 0;
    let digitLines = 0;
    let bracketLines = 0;
    let dashLines = 0;
    let keyLines = 0;
    let endStop = 0;
    let endBlock = 0;
    let endComma = 0;
    let endColon = 0;
    let sameCommas = 0;
    let firstCommas = 0;
    let sameTabs = 0;
    let firstTabs = 0;
    let longestLine = 0;
    let firstLineProse = 0;
    let lastLineProse = 0;
    let firstLineEnd = 0;
    let lastLineEnd = 0;
    let firstLineLength = 0;
    let lastLineLength = 0;
    let lineStart = 0;
    let lineFirst = 0;
    let lineIndented = false;
    let lineCommas = 0;
    let lineTabs = 0;
    let lineChunks = 0;
    let linePlain = 0;
    let lineFunctions = 0;
    let lineKeyed = false;
    let lineGroups = 0;
    let firstLineGroups = 0;
    let lastLineGroups = 0;
    let lineLast = 0;

    let depth = 0;
    let deepest = 0;
    let unbalanced = 0;
    let inQuotes = false;
    let previous = 10;

    let index = 0;
    while (index <= length) {
      const code = codes[index] as number;
      const type = kindOf[code] as number;
      if (code < 128 && previous < 128) {
        const pair = pairTable[previous * 128 + code] as number;
        if (pair !== 0) pairs[pair] = (pairs[pair] as number) + 1;
      }

      // Words: runs of letters, with an apostrophe inside. Most of a text is letters, so they have a loop of their own.
      if (type <= kind.other) {
        if (chunkLength === 0) {
          chunkFirst = code;
          if (lineFirst === 0) {
            lineFirst = code;
            lineIndented = index > lineStart;
          }
        } else if (chunkLength === 1) chunkSecond = code;
        if (wordLength === 0) {
          wordStart = index;
          wordFirst = code;
        }
        const from = index;
        let letter = code;
        let letterKind = type;
        do {
          if (letterKind === kind.upper) {
            wordUppers += 1;
            wordHash = Math.imul(wordHash ^ (letter + 32), wordPrime);
          } else wordHash = Math.imul(wordHash ^ letter, wordPrime);
          previous = letter;
          index += 1;
          letter = codes[index] as number;
          letterKind = kindOf[letter] as number;
        } while (letterKind <= kind.other);
        const run = index - from;
        if (chunkLength === 0 && run > 1) chunkSecond = codes[from + 1] as number;
        wordLength += run;
        chunkLength += run;
        chunkLetters += run;
        lineLast = previous;
        if (letter === 39 && index + 1 < length && (kindOf[codes[index + 1] as number] as number) <= kind.other) {
          wordHash = Math.imul(wordHash ^ letter, wordPrime);
          continue;
        }
        const found = groupsOf(wordHash | 0);
        if (found !== 0) {
          if ((found & functionBit) !== 0) lineFunctions += 1;
          lineGroups |= found;
          if (words === 0) firstGroups = found;
          countGroups(found, groups);
        }
        words += 1;
        lowers += wordLength - wordUppers;
        uppers += wordUppers;
        let shape = shapeOfWord(kindOf[wordFirst] === kind.upper, wordUppers, wordLength);
        wordShapes[shape] = (wordShapes[shape] as number) + 1;
        if ((found & functionBit) !== 0) shape = shapes.function;
        else if ((found & keywordBits) !== 0) shape = shapes.keyword;
        const before = wordStart > 0 ? (codes[wordStart - 1] as number) : 10;
        tokens[tokenCount] = before === 32 || before === 9 ? shape | 128 : shape;
        tokenCount += 1;
        wordLength = 0;
        wordUppers = 0;
        wordHash = wordSeed;
        continue;
      }

      if (type === kind.space || type === kind.lineBreak) {
        if (chunkLength > 0) {
          const ended = endsWord[previous] as number;
          const opened = chunkFirst === 34 || chunkFirst === 39 || chunkFirst === 40 ? 1 : 0;
          const plain = chunkLetters > 0 && chunkLetters + chunkEnds === chunkLength && chunkEnds <= ended + opened + 1;
          if (plain) {
            plainChunks += 1;
            linePlain += 1;
            run += 1;
            if (run > plainRun) plainRun = run;
            if (inQuotes) openRun = 0;
            else {
              openRun += 1;
              if (openRun > openPlainRun) openPlainRun = openRun;
            }
          } else {
            run = 0;
            openRun = 0;
            if (chunkDigits > 0 && chunkDigits + chunkEnds === chunkLength) numberChunks += 1;
            if (chunkStructural > 0) {
              oddChunks += 1;
              if (firstOdd < 0) firstOdd = chunks;
              lastOdd = chunks;
            }
            if (
              chunkFirst === 45 &&
              chunkLength > 1 &&
              (chunkSecond === 45 || (kindOf[chunkSecond] as number) <= kind.other)
            )
              flags += 1;
            if (chunkSlashes > 0) paths += 1;
            if (chunkEquals > 0 && (kindOf[chunkFirst] as number) <= kind.other) assignments += 1;
            if (previous === 58) keyed += 1;
          }
          if (lineChunks === 0 && previous === 58) lineKeyed = true;
          if (chunks === 0) {
            firstChunkLength = chunkLength;
            firstChunkKind = kindOf[chunkFirst] as number;
            firstChunkPlain = plain ? 1 : 0;
          }
          if (chunkLength > longestChunk) longestChunk = chunkLength;
          chunks += 1;
          lineChunks += 1;
          chunkLength = 0;
          chunkDigits = 0;
          chunkLetters = 0;
          chunkStructural = 0;
          chunkEnds = 0;
          chunkSlashes = 0;
          chunkEquals = 0;
        }
        if (code === 9) {
          lineTabs += 1;
          tabs += 1;
        } else if (code === 32) spaces += 1;
        if (type === kind.lineBreak) {
          tokens[tokenCount] = 10;
          tokenCount += 1;
          const lineLength = index - lineStart;
          lines += 1;
          if (lineChunks === 0) blankLines += 1;
          else {
            if (lineIndented) indentedLines += 1;
            if (lineFirst >= 48 && lineFirst <= 57) digitLines += 1;
            else if (lineFirst === 91 || lineFirst === 123 || lineFirst === 60) bracketLines += 1;
            else if (lineFirst === 45 || lineFirst === 43 || lineFirst === 42) dashLines += 1;
            if (lineKeyed) keyLines += 1;
            if (lineLast === 46 || lineLast === 63 || lineLast === 33) endStop += 1;
            else if (lineLast === 59 || lineLast === 123 || lineLast === 125 || lineLast === 41 || lineLast === 93)
              endBlock += 1;
            else if (lineLast === 44) endComma += 1;
            else if (lineLast === 58) endColon += 1;
            const prose = linePlain >= 2 && linePlain * 3 >= lineChunks * 2 && lineFunctions > 0;
            if (prose) {
              proseLines += 1;
              proseCharacters += lineLength;
            }
            const score = prose ? linePlain / lineChunks : 0;
            if (firstLineLength === 0) {
              firstCommas = lineCommas;
              firstTabs = lineTabs;
              firstLineProse = score;
              firstLineEnd = lineLast;
              firstLineLength = lineLength;
              firstLineGroups = lineGroups;
            }
            if (lineCommas === firstCommas && firstCommas > 0) sameCommas += 1;
            if (lineTabs === firstTabs && firstTabs > 0) sameTabs += 1;
            lastLineProse = score;
            lastLineEnd = lineLast;
            lastLineLength = lineLength;
            lastLineGroups = lineGroups;
            if (lineLength > longestLine) longestLine = lineLength;
          }
          lineStart = index + 1;
          lineFirst = 0;
          lineIndented = false;
          lineCommas = 0;
          lineTabs = 0;
          lineChunks = 0;
          linePlain = 0;
          lineFunctions = 0;
          lineKeyed = false;
          lineGroups = 0;
          lineLast = 0;
        }
      } else {
        if (chunkLength === 0) chunkFirst = code;
        else if (chunkLength === 1) chunkSecond = code;
        chunkLength += 1;
        if (lineFirst === 0) {
          lineFirst = code;
          lineIndented = index > lineStart;
        }
        lineLast = code;
        characters[code] = (characters[code] as number) + 1;
        if (type === kind.digit) {
          digits += 1;
          chunkDigits += 1;
          if ((kindOf[previous] as number) !== kind.digit) {
            tokens[tokenCount] = previous === 32 || previous === 9 ? 48 | 128 : 48;
            tokenCount += 1;
          }
        } else if (type === kind.symbol) {
          symbols += 1;
          // A rule of dashes or dots is two of them.
          if (wordLength === 0 && (code !== previous || tokens[tokenCount - 2] !== code)) {
            tokens[tokenCount] = previous === 32 || previous === 9 ? code | 128 : code;
            tokenCount += 1;
          }
          if (isStructural[code] === 1) {
            structural += 1;
            chunkStructural += 1;
            if (code === 47) chunkSlashes += 1;
            else if (code === 61) chunkEquals += 1;
            else if (code === 123 || code === 91) {
              depth += 1;
              if (depth > deepest) deepest = depth;
            } else if (code === 125 || code === 93) {
              depth -= 1;
              if (depth < 0) unbalanced += 1;
            }
          } else if (endsWord[code] === 1) {
            chunkEnds += 1;
            if (code === 44) lineCommas += 1;
            else if (code === 34 && previous !== 92) inQuotes = !inQuotes;
          }
        } else controls += 1;
      }
      previous = code;
      index += 1;
    }

    this.length = length;
    this.total = window.total;
    this.fenced = window.fenced ? 1 : 0;
    characters[32] = spaces;
    characters[9] = tabs;
    this.tokenCount = tokenCount;
    this.nonAscii = window.nonAscii;
    this.lowers = lowers;
    this.uppers = uppers;
    this.digits = digits;
    this.symbols = symbols;
    this.structural = structural;
    this.controls = controls;
    this.words = words;
    this.wordLetters = lowers + uppers;
    this.firstGroups = firstGroups;
    this.chunks = chunks;
    this.plainChunks = plainChunks;
    this.numberChunks = numberChunks;
    this.longestChunk = longestChunk;
    this.plainRun = plainRun;
    this.openPlainRun = openPlainRun;
    this.flags = flags;
    this.paths = paths;
    this.assignments = assignments;
    this.keyed = keyed;
    this.firstOdd = firstOdd < 0 ? chunks : firstOdd;
    this.afterOdd = chunks - 1 - lastOdd;
    this.firstChunkLength = firstChunkLength;
    this.firstChunkKind = firstChunkKind;
    this.firstChunkPlain = firstChunkPlain;
    this.oddChunks = oddChunks;
    this.lines = lines;
    this.blankLines = blankLines;
    this.indentedLines = indentedLines;
    this.proseLines = proseLines;
    this.proseCharacters = proseCharacters;
    this.digitLines = digitLines;
    this.bracketLines = bracketLines;
    this.dashLines = dashLines;
    this.keyLines = keyLines;
    this.endStop = endStop;
    this.endBlock = endBlock;
    this.endComma = endComma;
    this.endColon = endColon;
    this.sameCommas = sameCommas;
    this.firstCommas = firstCommas;
    this.sameTabs = sameTabs;
    this.firstTabs = firstTabs;
    this.longestLine = longestLine;
    this.firstLineProse = firstLineProse;
    this.lastLineProse = lastLineProse;
    this.firstLineEnd = firstLineEnd;
    this.lastLineEnd = lastLineEnd;
    this.firstLineLength = firstLineLength;
    this.lastLineLength = lastLineLength;
    this.firstLineGroups = firstLineGroups;
    this.lastLineGroups = lastLineGroups;
    this.firstCode = length > 0 ? (codes[0] as number) : 0;
    this.lastCode = length > 0 ? (codes[length - 1] as number) : 0;
    this.depth = depth;
    this.deepest = deepest;
    this.unbalanced = unbalanced;
  }
}
