import { choice, orderNumber } from './fields.ts';
import { scenario } from './scenario.ts';

export const refund = scenario({
  role: 'support-agent',
  name: 'refund',
  description: 'Give money back for an order that was returned, broken or never came.',
  openings: [
    '«hi, ¦hello, ¦good morning, ¦»i «want¦would like¦need» «my money back¦a refund» «for ‹order_number›¦for a ‹product›¦for my last order¦please¦»',
    '«can¦could» «you¦i» «refund¦get a refund for» «order ‹order_number›¦the ‹product› i bought¦my order»?',
    'the ‹product› «i ordered¦you sent me» is «broken¦faulty¦the wrong one¦not what i expected», «i want my money back¦please refund it¦how do i get a refund»',
    'how do i «ask for¦claim¦start» a refund«¦ on my ‹product›¦ for order ‹order_number›»?',
    'please «refund¦pay back» order ‹order_number›«, the ‹product› was ‹reason›¦»',
    'i «sent back¦returned» «my order¦the ‹product›» and «still wait for¦have not seen» the money',
  ],
  fields: [
    orderNumber,
    choice(
      'reason',
      'What is the reason for the refund?',
      ['damaged', 'too late', 'wrong item', 'changed mind'],
      [
        'it «was¦is¦came» ‹value›',
        'the reason is ‹value›',
        '‹value›, «sadly¦i am afraid¦to be honest»',
        'put down ‹value›',
      ],
      { brief: 'reason: ‹value›' },
    ),
    choice(
      'payout',
      'Shall we pay to your card or as a voucher?',
      ['card', 'voucher'],
      [
        '«to my¦by¦use the¦a» ‹value›',
        'the ‹value›«¦ please¦ is easier for me»',
        'i «prefer¦would rather have» the ‹value›',
      ],
      { brief: 'by ‹value›' },
    ),
  ],
  lookup: {
    after: 'order_number',
    tool: 'orders.find',
    description: 'Find an order by its number.',
    blastRadius: 'read',
    slots: ['order_number'],
    result: (draw) => (draw.chance(0.18) ? { status: 'not_found' } : { status: 'found', total: draw.int(9, 400) }),
    missing: 'I cannot find an order with this number, so I cannot refund it.',
  },
  call: {
    tool: 'orders.refund',
    description: 'Pay an order back.',
    blastRadius: 'irreversible',
    slots: ['order_number', 'reason', 'payout'],
    result: (draw) => ({ status: 'done', reference: `RF-${draw.int(1000, 9999)}` }),
  },
  done: 'Your refund is on its way and takes up to five working days.',
});
