import { orderNumber } from './fields.ts';
import { scenario } from './scenario.ts';

export const deliveryStatus = scenario({
  role: 'support-agent',
  name: 'delivery_status',
  description: 'Say where a parcel is, and ask the carrier to look for it.',
  openings: [
    'where is my «order¦parcel¦‹product›»«¦ ‹order_number›»?',
    '«my ‹product›¦my parcel¦the delivery» «has not arrived¦is late¦should have come on ‹day›»',
    'when «will¦does» «order ‹order_number›¦my parcel¦the ‹product›» «arrive¦come»?',
    '«can you ¦please ¦»«track¦check¦look up» «order ‹order_number›¦my delivery¦where my parcel is»',
    'still waiting for «my ‹product›¦order ‹order_number›»«, any news?¦»',
    'has «order ‹order_number›¦my order» been «sent¦shipped» yet?',
  ],
  fields: [orderNumber],
  lookup: {
    after: 'order_number',
    tool: 'shipments.find',
    description: 'Find the parcel of an order.',
    blastRadius: 'read',
    slots: ['order_number'],
    result: (draw) =>
      draw.chance(0.15) ? { status: 'not_found' } : { status: 'found', last_seen: draw.phrase('‹city›') },
    missing: 'There is no parcel for this number yet.',
  },
  confirm: {
    question: 'Your parcel is on its way. Shall I ask the carrier to hurry?',
    declined: 'Then it will come with the normal delivery.',
  },
  call: {
    tool: 'shipments.trace',
    description: 'Ask the carrier to look for a parcel.',
    blastRadius: 'reversible',
    slots: ['order_number'],
    result: (draw) => ({ status: 'accepted', case: draw.int(10_000, 99_999) }),
  },
  done: 'I have asked the carrier, you will get a mail by tomorrow.',
});
