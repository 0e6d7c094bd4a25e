import type { Draw } from './draw.ts';
import { foreignProse } from './foreign-prose.ts';
import { polish, proseKinds } from './prose.ts';

const answers = `
«I would¦You could¦It may help to» ‹verb› the ‹noun› first and then talk to ‹first› about ‹topic›.
«That depends on¦It hangs on» the ‹noun›: if it is ‹adjective›, ‹day› is soon enough, otherwise rather today.
«From what I can see¦As far as I know», the ‹adjective› ‹noun› «is the better choice¦is not the cause¦comes from ‹company›».
Most people who ask about ‹topic› begin with the ‹noun›, because the ‹plural› «depend on it¦follow from it».
«In short¦Briefly»: a ‹noun› needs ‹plural›, and ‹plural› need somebody who can ‹verb› them.
«Here is a plan¦Let us do it so»: on ‹day› you ‹verb› the ‹plural›, on ‹day› ‹first› has a look, and then we decide.
I cannot say for sure, but «‹first› in ‹city› knows¦the ‹noun› from ‹month› may tell¦the people at ‹company› would».
The ‹noun› is ‹adjective› since ‹month›, which explains the ‹field›; «nothing is lost¦give it a day¦I would not worry».
«Good question¦Fair point¦I see». The difference lies in the ‹field› of the ‹noun›, not in the ‹noun› itself.
It reads the ‹plural›, keeps those with a ‹adjective› ‹field›, and «prints¦counts¦returns» them in that order.
«Thank you for telling me¦I am sorry to hear that». Shall we look at ‹topic› together ‹when›?
The part about the ‹field› «looks right¦is doubtful»; the rest would ‹verb› every ‹noun›, so try it on a copy.
`
  .trim()
  .split('\n');

const openKinds = [
  'prose_question',
  'prose_technical',
  'prose_about_command',
  'nearmiss_command_word',
  'prose_email',
  'prose_data_question',
  'prose_inline_code',
  'prose_utterance',
];

/** Something that no process and no tool settles. */
export function openQuestion(draw: Draw): string {
  if (draw.chance(0.06)) return foreignProse(draw);
  return proseKinds[draw.pick(openKinds)]?.(draw) ?? '';
}

/** A free answer of one to three sentences. */
export function openAnswer(draw: Draw): string {
  return draw.list(draw.int(1, 3), () => polish(draw.phrase(draw.pick(answers)))).join(' ');
}
