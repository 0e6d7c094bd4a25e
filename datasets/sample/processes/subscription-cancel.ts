import { choice, email } from './fields.ts';
import { scenario } from './scenario.ts';

export const subscriptionCancel = scenario({
  role: 'support-agent',
  name: 'subscription_cancel',
  description: 'End a subscription.',
  openings: [
    'i «want¦would like¦need» to «cancel¦end¦stop» my «subscription¦‹plan› plan¦membership»',
    '«please ¦can you ¦how do i »«cancel¦end¦stop» «my subscription¦the ‹plan› plan¦it all»«¦ for ‹email›»',
    'stop charging me for the ‹plan› plan«¦, my mail is ‹email›»',
    "i «no longer¦don't» «need¦use» «my subscription¦the ‹plan› plan», please cancel it",
    'when i try to «cancel¦end» my «plan¦subscription» on the page nothing happens, can you do it?',
  ],
  fields: [
    email,
    choice(
      'plan',
      'Which plan is it: basic, family or studio?',
      ['basic', 'family', 'studio'],
      ['the ‹value› «one¦plan¦plan, i believe»', 'i «have¦pay for» ‹value›', '‹value›«, since ‹month›¦»'],
      { brief: 'the ‹value› plan' },
    ),
    choice(
      'ending',
      'Shall it end now or with the month?',
      ['now', 'with the month'],
      ['‹value›«¦ is fine¦ please¦, thank you»', '«end it¦cancel it¦rather» ‹value›'],
      { brief: 'ending ‹value›' },
    ),
  ],
  confirm: { question: 'This cannot be undone. Shall I cancel the plan?', declined: 'Good, your plan stays as it is.' },
  call: {
    tool: 'subscriptions.cancel',
    description: 'End a subscription for good.',
    blastRadius: 'irreversible',
    slots: ['email', 'plan', 'ending'],
    result: () => ({ status: 'done' }),
  },
  done: 'Your subscription is cancelled.',
});
