import { choice, field } from './fields.ts';
import { scenario } from './scenario.ts';

const date = (draw: { phrase(template: string): string; int(low: number, high: number): number }): string =>
  draw.phrase(`${draw.int(1, 28)} ‹month›`);

export const leaveRequest = scenario({
  role: 'pm',
  name: 'leave_request',
  description: 'Ask for days off.',
  openings: [
    'i «want¦would like¦need» to «take¦ask for¦request» «some days off¦leave¦a holiday¦a day off»',
    '«can¦could» i «get¦take» «time off¦leave» «from ‹first_day› to ‹last_day›¦in ‹month›¦for ‹kind› leave»?',
    '«please ¦»«enter¦file¦put in» ‹kind› leave«¦ from ‹first_day›» for me',
    'i will be «away¦off¦on leave» from ‹first_day›«¦ until ‹last_day›»',
    'holiday request«¦ for ‹month›¦: ‹first_day› to ‹last_day›»',
    'how do i «request¦register» «leave¦days off»?',
  ],
  fields: [
    choice(
      'kind',
      'Is it annual, unpaid or parental leave?',
      ['annual', 'unpaid', 'parental'],
      ['‹value› «leave¦this time¦, as usual»', '«that is¦make it¦just» ‹value›'],
      { brief: '‹value› leave' },
    ),
    field(
      'first_day',
      'What is the first day?',
      date,
      ['«from¦starting¦it begins on¦the» ‹value›', '‹value› «on¦, in the morning»'],
      { brief: 'from ‹value›' },
    ),
    field(
      'last_day',
      'And the last day?',
      date,
      ['«until¦to¦back after¦the» ‹value›', '‹value›, «both days included¦then I am back»'],
      { brief: 'until ‹value›' },
    ),
    field(
      'stand_in',
      'Who stands in for you?',
      (draw) => draw.phrase('‹first›'),
      ['«ask ¦it is ¦»‹value› «will¦does¦, as agreed¦said yes»', '«my colleague¦» ‹value›'],
      { brief: '‹value› stands in' },
    ),
  ],
  confirm: { question: 'Shall I send the request to your manager?', declined: 'The request was not sent.' },
  call: {
    tool: 'leave.request',
    description: 'Send a leave request.',
    blastRadius: 'reversible',
    slots: ['kind', 'first_day', 'last_day', 'stand_in'],
    result: () => ({ status: 'accepted' }),
  },
  done: 'Your request was sent.',
});
