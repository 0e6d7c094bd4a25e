import { email, field } from './fields.ts';
import { scenario } from './scenario.ts';

export const addressChange = scenario({
  role: 'support-agent',
  name: 'address_change',
  description: 'Change the postal address of a customer.',
  openings: [
    'i «moved¦have moved¦am moving» «house¦to a new flat¦to ‹city›», «please change¦can you update¦how do i change» my address',
    '«please ¦could you ¦»«change¦update¦correct» my «address¦postal address¦delivery address»',
    'my address «is wrong¦has changed¦is out of date»«¦, my mail is ‹email›»',
    'you «have¦use» my old «address¦street»«, i live in ‹city› now¦»',
    'new address for ‹email› please',
    'where can i «enter¦set» a new «address¦street and town»?',
  ],
  fields: [
    email,
    field(
      'street',
      'What is the new street and house number?',
      (draw) => draw.phrase('«‹last›¦‹adjective›¦‹noun›» «Street¦Lane¦Road» ‹#180›'),
      [
        '«i live at¦now it is¦the street is¦new street:» ‹value›',
        'at ‹value›',
        '‹value›, «second floor¦on the left¦same door code»',
      ],
      { brief: '‹value›' },
    ),
    field(
      'town',
      'And the town?',
      (draw) => draw.phrase('‹city›'),
      ['«in¦it is in¦still in¦the town is» ‹value›', '‹value›«, of course¦ again¦, as before»'],
      { brief: 'in ‹value›' },
    ),
  ],
  confirm: { question: 'Shall I save the new address now?', declined: 'All right, the old address stays.' },
  call: {
    tool: 'customers.set_address',
    description: 'Save the postal address of a customer.',
    blastRadius: 'reversible',
    slots: ['email', 'street', 'town'],
    result: () => ({ status: 'accepted' }),
  },
  done: 'The new address is saved.',
});
