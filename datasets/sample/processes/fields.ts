import type { JsonSchema } from '../../../engine/core/tool-definition.ts';
import type { Draw } from '../draw.ts';
import type { Field, SlotValue } from './scenario.ts';

const text: JsonSchema = { type: 'string', minLength: 1 };
const lead = "«¦¦it is ¦it's ¦that would be ¦sure, ¦ok, ¦of course: »";

/** A field with the usual ways of answering, besides its own. */
export function field(
  slot: string,
  question: string,
  value: (draw: Draw) => SlotValue,
  answers: readonly string[],
  more: { readonly schema?: JsonSchema; readonly brief?: string; readonly onlyIf?: Field['onlyIf'] } = {},
): Field {
  const { schema = text, brief = '‹value›', onlyIf } = more;
  const all = ['‹value›', `${lead}‹value›«¦, please¦ i think¦, thanks»`, ...answers];
  return { slot, schema, question, value, answers: all, brief, ...(onlyIf === undefined ? {} : { onlyIf }) };
}

/** One of a few words. */
export function choice(
  slot: string,
  question: string,
  options: readonly string[],
  answers: readonly string[],
  more: { readonly brief?: string; readonly onlyIf?: Field['onlyIf'] } = {},
): Field {
  return field(slot, question, (draw) => draw.pick(options), answers, {
    ...more,
    schema: { type: 'string', enum: options },
  });
}

export const orderNumber: Field = field(
  'order_number',
  'What is your order number?',
  (draw) => `${draw.pick(['A', 'B', 'N', 'R'])}${draw.int(10_000, 99_999)}`,
  [
    '«my¦the» order number is ‹value›',
    'order ‹value›',
    'the mail says ‹value›',
    'number ‹value›«, from last ‹day›¦»',
    'i have ‹value› here',
  ],
  { schema: { type: 'string', pattern: '^[A-Z][0-9]{5}$' }, brief: 'order ‹value›' },
);

export const email: Field = field(
  'email',
  'Which e-mail address is the account registered with?',
  (draw) => draw.phrase('‹first›.‹last›@«example.com¦example.org¦mail.example.net»').toLowerCase(),
  ['«my e-mail is¦the address is¦you can use¦i registered with» ‹value›', 'try ‹value›', 'should be ‹value›'],
  { schema: { type: 'string', format: 'email' }, brief: 'mail ‹value›' },
);

export const day: Field = field(
  'day',
  'Which day suits you?',
  (draw) => draw.phrase('‹day›'),
  [
    '«on ¦next ¦this ¦how about ¦»‹value›«¦ would be great¦ works for me¦ if possible»',
    'could we say ‹value›',
    '‹value› «morning¦afternoon», if there is room',
  ],
  {
    schema: { type: 'string', enum: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] },
    brief: 'on ‹value›',
  },
);

export const time: Field = field(
  'time',
  'At what time?',
  (draw) => draw.phrase('‹#11›:«00¦15¦30¦45»'),
  [
    '«at¦around¦from» ‹value›«¦ would be best¦, please»',
    '‹value› «sharp¦if that is free¦is fine»',
    'let us say ‹value›',
  ],
  { brief: 'at ‹value›' },
);
