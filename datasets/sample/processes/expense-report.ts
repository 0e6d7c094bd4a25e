import { choice, field } from './fields.ts';
import { scenario } from './scenario.ts';

export const expenseReport = scenario({
  role: 'pm',
  name: 'expense_report',
  description: 'File an expense for repayment.',
  openings: [
    'i «want¦need» to «file¦hand in¦claim» «an expense¦my expenses¦a ‹category› bill»',
    'i paid «for lunch with ‹company›¦for the train to ‹city›¦‹amount› euros for ‹category›», how do i get it back?',
    '«please ¦can you »«file¦book¦enter» ‹amount› euros for ‹category›«¦ on project ‹project›»',
    'new expense«: ‹category›, ‹amount› euros¦ from my trip to ‹city›¦, please»',
    'expense report for «‹month›¦the ‹company› visit¦my trip»',
    'where do i enter «a ‹category› bill¦my costs for ‹city›»?',
  ],
  fields: [
    choice(
      'category',
      'Is it travel, meals or equipment?',
      ['travel', 'meals', 'equipment'],
      ['‹value›«¦, mostly¦ for ‹company›¦, as always»', '«that is¦it was¦file it under» ‹value›'],
      { brief: '‹value›' },
    ),
    field(
      'amount',
      'What is the amount in euros?',
      (draw) => draw.int(5, 2400),
      ['‹value› «euros¦eur¦in all¦with tip»', '«it cost¦i paid¦the bill says¦exactly» ‹value›'],
      { schema: { type: 'number', exclusiveMinimum: 0 }, brief: '‹value› euros' },
    ),
    field(
      'project',
      'Which project shall carry it?',
      (draw) => draw.phrase('«PX¦QA¦ORG»-‹#90›'),
      ['«project¦on¦charge¦the number is» ‹value›', '‹value›«, as last time¦ again¦ i hope»'],
      { schema: { type: 'string', pattern: '^[A-Z]{2,3}-[0-9]{1,2}$' }, brief: 'project ‹value›' },
    ),
  ],
  confirm: { question: 'Shall I file this expense?', declined: 'I have dropped it.' },
  call: {
    tool: 'expenses.file',
    description: 'File an expense.',
    blastRadius: 'reversible',
    slots: ['category', 'amount', 'project'],
    result: (draw) => ({ status: 'accepted', reference: `EX-${draw.int(1000, 9999)}` }),
  },
  done: 'Your expense is filed and will be paid with the next salary.',
});
