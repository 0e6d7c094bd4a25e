import { isPlainWords } from '../mixed/plain-words.ts';
import type { Grammar } from './grammar.ts';

const coded = /[(){}[\]=;<>]|^\s*(?:import|package|use|from|return|end|else|break|pass)\b/mu;

/**
 * A stretch of a program in any language. People send pieces of files, which the languages' own grammars refuse (acorn
 * takes 33 % of the JavaScript of the traffic rows, Lezer 74 % of the Python), so only what tells code from language counts.
 */
export const code: Grammar = {
  name: 'code',
  fault: (text) => {
    if (isPlainWords(text)) return 'it reads as language';
    return coded.test(text) ? null : 'it holds no mark of a program';
  },
};
