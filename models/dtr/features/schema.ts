import { canonicalJson, sha256 } from '../../../engine/core/hash.ts';
import type { PairName } from './pairs.ts';
import type { GroupName } from './vocabulary.ts';

export type Unit = 'count' | 'share' | 'flag' | 'code';

/** One number that the trees may ask about. Counts and shares are of the window, not of the whole of a long text. */
export interface Feature {
  readonly name: string;
  readonly unit: Unit;
  /** What it is, as a phrase that follows a number or a percentage. */
  readonly about: string;
}

const shape: readonly (readonly [name: string, unit: Unit, about: string])[] = [
  ['length', 'count', 'characters in all'],
  ['fenced', 'flag', 'the whole text stands in one Markdown fence'],
  ['nonAscii', 'share', 'of the characters are not ASCII'],
  ['lower', 'share', 'of the characters are small letters'],
  ['upper', 'share', 'of the characters are capital letters'],
  ['digits', 'share', 'of the characters are digits'],
  ['symbols', 'share', 'of the characters are symbols'],
  ['structural', 'share', 'of the characters are brackets, operators and the like'],
  ['control', 'share', 'of the characters are control codes'],
  ['spaces', 'share', 'of the characters are spaces'],
  ['braces', 'share', 'of the characters are braces'],
  ['squares', 'share', 'of the characters are square brackets'],
  ['rounds', 'share', 'of the characters are parentheses'],
  ['angles', 'share', 'of the characters are < or >'],
  ['doubleQuotes', 'share', 'of the characters are double quotes'],
  ['singleQuotes', 'share', 'of the characters are single quotes'],
  ['backticks', 'share', 'of the characters are backticks'],
  ['semicolons', 'share', 'of the characters are semicolons'],
  ['colons', 'share', 'of the characters are colons'],
  ['commas', 'share', 'of the characters are commas'],
  ['stops', 'share', 'of the characters are full stops'],
  ['equals', 'share', 'of the characters are equals signs'],
  ['slashes', 'share', 'of the characters are slashes'],
  ['backslashes', 'share', 'of the characters are back slashes'],
  ['pipes', 'share', 'of the characters are vertical bars'],
  ['dollars', 'share', 'of the characters are dollar signs'],
  ['dashes', 'share', 'of the characters are hyphens'],
  ['underscores', 'share', 'of the characters are underscores'],
  ['hashes', 'share', 'of the characters are #'],
  ['stars', 'share', 'of the characters are *'],
  ['plusMinus', 'share', 'of the characters are + or @'],
  ['tabs', 'share', 'of the characters are tabs'],
  ['questions', 'share', 'of the characters are question marks'],
  ['words', 'count', 'words'],
  ['wordLength', 'count', 'letters in the average word'],
  ['capitalised', 'share', 'of the words begin with a capital'],
  ['allCapitals', 'share', 'of the words are all capitals'],
  ['mixedCase', 'share', 'of the words mix small and capital letters inside'],
  ['chunks', 'count', 'runs between blanks'],
  ['plain', 'share', 'of the runs between blanks are plain words'],
  ['numbers', 'share', 'of the runs between blanks are numbers'],
  ['odd', 'share', 'of the runs between blanks hold an operator or bracket'],
  ['longestChunk', 'count', 'characters in the longest run without a blank'],
  ['plainRun', 'count', 'plain words in a row at most'],
  ['openPlainRun', 'count', 'plain words in a row outside quotes at most'],
  ['flags', 'count', 'command flags such as -x or --name'],
  ['paths', 'share', 'of the runs between blanks hold a slash'],
  ['assignments', 'share', 'of the runs between blanks are name=value'],
  ['keyed', 'share', 'of the runs between blanks end with a colon'],
  ['beforeOdd', 'count', 'runs before the first operator or bracket'],
  ['afterOdd', 'count', 'runs after the last operator or bracket'],
  ['firstChunk', 'count', 'characters in the first run'],
  ['firstChunkKind', 'code', 'kind of the first character (0 small, 1 capital, 2 digit, 5 symbol)'],
  ['firstChunkPlain', 'flag', 'the first run is a plain word'],
  ['lines', 'count', 'lines'],
  ['blankLines', 'share', 'of the lines are blank'],
  ['indented', 'share', 'of the lines are indented'],
  ['proseLines', 'share', 'of the lines read like sentences'],
  ['proseCharacters', 'share', 'of the characters stand in lines that read like sentences'],
  ['digitLines', 'share', 'of the lines begin with a digit'],
  ['bracketLines', 'share', 'of the lines begin with a bracket'],
  ['dashLines', 'share', 'of the lines begin with -, + or *'],
  ['keyLines', 'share', 'of the lines begin with a key and a colon'],
  ['endStop', 'share', 'of the lines end like a sentence'],
  ['endBlock', 'share', 'of the lines end with a bracket or semicolon'],
  ['endComma', 'share', 'of the lines end with a comma'],
  ['endColon', 'share', 'of the lines end with a colon'],
  ['commaColumns', 'share', 'of the lines have as many commas as the first'],
  ['firstCommas', 'count', 'commas in the first line'],
  ['tabColumns', 'share', 'of the lines have as many tabs as the first'],
  ['longestLine', 'count', 'characters in the longest line'],
  ['firstLineProse', 'share', 'of the first line are plain words of a sentence'],
  ['lastLineProse', 'share', 'of the last line are plain words of a sentence'],
  ['firstLineAsks', 'flag', 'the first line ends with ? or :'],
  ['lastLineAsks', 'flag', 'the last line ends with a question mark'],
  ['firstLineShare', 'share', 'of the characters stand in the first line'],
  ['lastLineShare', 'share', 'of the characters stand in the last line'],
  ['opensBracket', 'flag', 'it begins with a bracket'],
  ['opensSlash', 'flag', 'it begins with a slash'],
  ['opensSymbol', 'flag', 'it begins with a symbol'],
  ['closesStop', 'flag', 'it ends with a full stop or exclamation mark'],
  ['closesQuestion', 'flag', 'it ends with a question mark'],
  ['closesBracket', 'flag', 'it ends with a bracket'],
  ['closesMark', 'flag', 'it ends with a mark that sentences do not end with'],
  ['deepest', 'count', 'levels of brackets at most'],
  ['openDepth', 'count', 'brackets left open'],
  ['unbalanced', 'count', 'brackets closed that were never opened'],
];

/** Pairs in the order of the features. */
export const pairFeatures: readonly (readonly [PairName, string])[] = [
  ['commaSpace', 'commas followed by a blank'],
  ['stopSpace', 'full stops followed by a blank'],
  ['questionEnd', 'question marks followed by a blank'],
  ['exclamationEnd', 'exclamation marks followed by a blank'],
  ['colonSpace', 'colons followed by a blank'],
  ['quoteColon', 'quoted keys'],
  ['quoteComma', 'quoted values before a comma'],
  ['arrow', 'arrows such as -> or =>'],
  ['doubleColon', 'double colons'],
  ['comparison', 'comparison operators'],
  ['logical', 'operators && or ||'],
  ['emptyCall', 'empty parentheses'],
  ['statementEnd', 'statement ends'],
  ['blockOpen', 'brackets before a line break'],
  ['blockClose', 'lines that begin with a closing bracket'],
  ['tag', 'tag ends'],
  ['expansion', 'shell expansions such as $name'],
  ['patchLine', 'lines that begin with +, - or @'],
  ['pipe', 'pipes'],
  ['redirect', 'redirections'],
  ['comment', 'comment marks'],
  ['contraction', "contractions such as I'm"],
  ['indent', 'indented lines'],
  ['escapedQuote', 'escaped characters'],
  ['attribute', 'quoted values after an equals sign'],
  ['digitColon', 'digits before a colon, as in a time'],
  ['digitDash', 'digits before a hyphen or slash, as in a date'],
  ['call', 'names followed by a parenthesis'],
  ['aside', 'parentheses after a blank'],
  ['assignment', 'assignments'],
  ['member', 'names followed by a full stop'],
  ['glob', 'file patterns such as *.txt'],
  ['letterUnderscore', 'names with an underscore'],
];

/** Word groups: share of the words. */
export const groupFeatures: readonly (readonly [GroupName, string])[] = [
  ['function', 'are function words such as "the" or "of"'],
  ['question', 'are question words'],
  ['first', 'speak of the writer'],
  ['second', 'speak to the reader'],
  ['polite', 'are words of courtesy'],
  ['sql', 'are SQL keywords'],
  ['code', 'are keywords of programming languages'],
  ['level', 'are log levels'],
  ['schema', 'are schema keywords'],
  ['call', 'are keys of tool calls'],
  ['result', 'are keys of results'],
  ['trace', 'are words of stack traces'],
  ['calendar', 'are months, days or time zones'],
  ['config', 'are keys of configuration files'],
  ['run', 'are words of running, such as "run" or "start"'],
  ['keep', 'are words of keeping, such as "save" or "later"'],
  ['ask', 'are words of asking, such as "explain" or "why"'],
];

/** Word groups that the first word may belong to. */
export const openingFeatures: readonly (readonly [GroupName, string])[] = [
  ['function', 'the first word is a function word'],
  ['question', 'the first word asks'],
  ['polite', 'the first word is a courtesy'],
  ['sql', 'the first word is an SQL keyword'],
  ['code', 'the first word is a keyword of a programming language'],
  ['run', 'the first word is one of running, such as "run" or "start"'],
];

/** Word groups that may occur in the first or the last line: what a sentence around a payload asks for. */
export const lineFeatures: readonly (readonly [GroupName, string])[] = [
  ['question', 'asks'],
  ['second', 'speaks to the reader'],
  ['polite', 'is courteous'],
  ['run', 'has a word of running, such as "run" or "start"'],
  ['keep', 'has a word of keeping, such as "save" or "later"'],
  ['ask', 'has a word of asking, such as "explain" or "why"'],
];

/** Order is part of the artefact: `schemaHash` covers names, units and order. `write.ts` writes in this order. */
export const features: readonly Feature[] = [
  ...shape.map(([name, unit, about]) => ({ name, unit, about })),
  ...pairFeatures.map(([name, about]) => ({ name, unit: 'count' as const, about })),
  ...groupFeatures.map(([name, about]) => ({
    name: `${name}Words`,
    unit: 'share' as const,
    about: `of the words ${about}`,
  })),
  ...openingFeatures.map(([name, about]) => ({ name: `begins:${name}`, unit: 'flag' as const, about })),
  ...lineFeatures.map(([name, about]) => ({
    name: `firstLine:${name}`,
    unit: 'flag' as const,
    about: `the first line ${about}`,
  })),
  ...lineFeatures.map(([name, about]) => ({
    name: `lastLine:${name}`,
    unit: 'flag' as const,
    about: `the last line ${about}`,
  })),
];

/** Changes whenever a feature is added, dropped, renamed or moved. */
export const schemaHash: string = sha256(canonicalJson(features.map(({ name, unit }) => [name, unit])));
