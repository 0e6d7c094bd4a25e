import { choice, email, field } from './fields.ts';
import { scenario } from './scenario.ts';

export const passwordReset = scenario({
  role: 'support-agent',
  name: 'password_reset',
  description: 'Send a link to set a new password.',
  openings: [
    'i «forgot¦lost¦cannot remember» my password«¦ again¦, my mail is ‹email›»',
    "«i cannot¦i can't¦unable to» «log in¦sign in¦get into my account»«¦ since ‹day›¦, it says wrong password»",
    '«please ¦can you ¦how do i »reset «my¦the» password«¦ for ‹email›»',
    'my account is «locked¦blocked» «after too many tries¦again¦», what now?',
    'the «login¦sign in» page «does not accept¦rejects» my password',
    'i need a new password',
  ],
  fields: [
    email,
    choice(
      'channel',
      'Shall the link come by e-mail or by text message?',
      ['e-mail', 'text message'],
      ['«by¦via¦send a¦as a¦use» ‹value›', '‹value› «is better¦works for me¦, i have no other way»'],
      { brief: 'by ‹value›' },
    ),
    field(
      'phone',
      'To which phone number?',
      (draw) => draw.phrase(`+49 1‹#60› ${draw.int(1_000_000, 9_999_999)}`),
      ['«my number is¦send it to¦call it» ‹value›', '‹value›, «my mobile¦that is my own»'],
      { onlyIf: { slot: 'channel', equals: 'text message' }, brief: 'number ‹value›' },
    ),
  ],
  lookup: {
    after: 'email',
    tool: 'accounts.find',
    description: 'Find an account by its e-mail address.',
    blastRadius: 'read',
    slots: ['email'],
    result: (draw) =>
      draw.chance(0.18) ? { status: 'not_found' } : { status: 'found', account: draw.int(1000, 9999) },
    missing: 'There is no account with this address.',
  },
  call: {
    tool: 'accounts.send_reset',
    description: 'Send a link that sets a new password.',
    blastRadius: 'reversible',
    slots: ['email', 'channel', 'phone'],
    result: () => ({ status: 'done' }),
  },
  done: 'The link is on its way and is valid for one hour.',
});
