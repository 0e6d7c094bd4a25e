import { expect, it } from 'vitest';
import {
  conditionText,
  placeText,
  readableName,
  schemaText,
  stepTitle,
} from '../../../../datasets/processes/process-words.ts';
import type { Process } from '../../../../engine/core/process.ts';

const filing: Process = {
  name: 'file',
  description: '',
  slots: [{ name: 'ok', schema: { type: 'boolean' }, required: true }],
  steps: [
    { id: 'shall_i_file', kind: 'ask', slot: 'ok', text: 'Shall I file it?' },
    { id: 'file', kind: 'call', tool: 'expenses.file', arguments: { amount: { from: 'slot', slot: 'amount' } } },
  ],
  edges: [{ from: 'shall_i_file', to: 'file', when: { path: 'ok', equals: true } }],
  start: 'shall_i_file',
};

it.each([
  ['is_it_travel_meals_or_equipment', 'Is it travel meals or equipment'],
  ['say:what-is-your-order-number:e5636caf', 'What is your order number'],
  ['calendar.book', 'Calendar book'],
  ['___', '___'],
])('reads the name %s as %s', (name, words) => {
  expect(readableName(name)).toBe(words);
});

it('tells steps, ways and places by what is said and done, not by their names', () => {
  expect(filing.steps.map(stepTitle)).toEqual(['“Shall I file it?”', 'Calls expenses.file']);
  expect(filing.edges.map((edge) => conditionText(filing, edge))).toEqual(['“Shall I file it?” is yes']);
  expect(conditionText(filing, { from: 'a', to: 'b', when: { path: 'next_day', equals: 3 } })).toBe('Next day is 3');
  expect(conditionText(filing, { from: 'a', to: 'b' })).toBe('');
  const places = ['', 'file', 'shall_i_file → file', 'file.amount', 'nowhere', 'nowhere.at'];
  expect(places.map((where) => placeText(filing, where))).toEqual([
    'the whole',
    'Calls expenses.file',
    'from “Shall I file it?” to Calls expenses.file',
    'amount where it calls expenses.file',
    'nowhere',
    'nowhere.at',
  ]);
});

it.each([
  [{ type: 'string', enum: ['travel', 'meals'] }, 'one of travel, meals'],
  [{ type: 'number', exclusiveMinimum: 0 }, 'a number, above 0'],
  [{ type: 'integer', minimum: 1, maximum: 9 }, 'a whole number, at least 1, at most 9'],
  [{ type: 'boolean' }, 'yes or no'],
  [{ type: 'string', pattern: '^[A-Z]+$' }, 'text of the form ^[A-Z]+$'],
  [{}, 'anything'],
  [{ type: 'array', items: {} }, '{"type":"array","items":{}}'],
])('says of %j that it takes %s', (schema, words) => {
  expect(schemaText(schema)).toBe(words);
});
