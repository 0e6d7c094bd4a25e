import { choice, day, field, time } from './fields.ts';
import { scenario } from './scenario.ts';

export const appointment = scenario({
  role: 'support-agent',
  name: 'appointment',
  description: 'Book a visit at one of the service points.',
  openings: [
    'i «need¦would like¦want» «an appointment¦to come by¦to book a visit» «on ‹day›¦for my ‹product›¦next week¦»',
    '«can¦could» i «book¦make¦get» an appointment«¦ for a ‹service_kind›¦ on ‹day› at ‹time›»?',
    'when can «i¦we» «come¦bring in my ‹product›¦see someone»?',
    '«please ¦»«book me in¦reserve a slot» for a ‹service_kind›«¦ on ‹day›»',
    'do you have «a slot¦time¦room for me» on ‹day›?',
    'my ‹product› needs a ‹service_kind›, «when can i come¦can i get an appointment»',
  ],
  fields: [
    choice(
      'service_kind',
      'What is the visit for: repair, fitting or advice?',
      ['repair', 'fitting', 'advice'],
      ['«a¦for a¦for some¦it is about» ‹value›', '‹value›, «i guess¦nothing else¦for my ‹product›»'],
      { brief: 'for ‹value›' },
    ),
    day,
    time,
    field(
      'name',
      'Under which name may I book it?',
      (draw) => draw.phrase('‹first› ‹last›'),
      ['«my name is¦i am¦it is for¦put it under¦book it for» ‹value›', '‹value› «here¦, that is me»'],
      { brief: 'for ‹value›' },
    ),
  ],
  confirm: { question: 'Shall I book this appointment?', declined: 'I have not booked anything.' },
  call: {
    tool: 'calendar.book',
    description: 'Book a visit.',
    blastRadius: 'reversible',
    slots: ['service_kind', 'day', 'time', 'name'],
    result: (draw) => ({ status: 'accepted', reference: `V-${draw.int(100, 999)}` }),
  },
  done: 'Your appointment is booked, we look forward to your visit.',
});
