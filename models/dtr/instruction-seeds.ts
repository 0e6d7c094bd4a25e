import type { Random } from '../../engine/core/clock.ts';

/** What the sentence around a payload wants done with it. `none`: the words are no instruction, but part of the payload. */
export const wishes = ['run', 'keep', 'ask', 'none'] as const;
export type Wish = (typeof wishes)[number];

/** Items between vertical bars; an empty one stands for nothing said. */
function list(items: string): readonly string[] {
  return items.split('|').map((item) => item.trim().replace(/\s+/g, ' '));
}

/**
 * Sentences written for this project, so that the first model knows the three wishes before any log has shown one.
 * Logs add their own; these carry less weight than those.
 */
export const seedSentences: Readonly<Record<'run' | 'keep' | 'ask', readonly string[]>> = {
  run: list(`
      please run this | run this for me | can you run the following | execute this | please execute the command
      below | could you execute it now | go ahead and execute | this needs to be run today | run the query | fire
      this off | start this one please | launch it | do this next | we need this executed on the server | run it
      again please | next step, run | the runbook says to run this | ready to go, please run | invoke this call |
      make this call for me | submit this request | send this request now | please trigger this | apply this now |
      perform the call below | now run | hey, can you kick off the following | I want this run right away |
      approved, please execute | kindly run this command | run the script above | please run it and tell me the
      output | run that one and send me the result | execute the statement and show me the rows | that can be run
      now | this is the command to run | please go ahead with this one | once more with this please, run it | just
      execute it | give this a run | thanks, run this too | when you are ready, run the following | could you
      please launch this for us | call this function please | run this against the test database | process this
      call | then execute this one | okay, do it | please start the job below | let us run this first
    `),
  keep: list(`
      please save this | keep this for me | store the following | save this file | put this away | archive this
      please | file this for later | here is the data, please keep it | add this to the records | just store it,
      nothing to run | remember this for later | can you hold on to this | for the archive | for your files |
      attached is the log, please keep a copy | please put this in storage | note this
      down | record this | we will want this later, store it | upload this to the folder | here is the export,
      keep it safe | backup of the table, please store | stash this somewhere | no action needed, just save |
      please log this | keep the following on file | drop this in the archive | store that please | save the above
      | please file the attached | could you save the
      output below | new version of the file, please keep this one | for the record | I am leaving this here so
      that it is not lost | please hold this for the audit | save a copy of this
    `),
  ask: list(`
      what does this mean | what does this do | can you explain this | why does this fail | is this correct | is
      it safe to run this | how does this work | what is wrong with this | could you fix this | please review the
      following | summarise this for me | how would I change this | what happens if I run this | is there a better way to write this | translate this to another language | who wrote
      this | why is this so slow | any idea what this is | I do not understand this | this does not work | I got
      this error, what now | can you tell me what this prints | what is the difference to the old one | please
      help me with this | does this look right to you | do not run this, what would it do | please do not execute
      this, only explain it | when was this last run | would this work on windows | how many rows does this have |
      what should I do about this | convert this to something else | can this be made shorter | rewrite this so
      that it is easier to read | which line is the problem | is this the right command | before I run this, what
      does it change | my colleague sent me this, is it good advice | could you check this for mistakes | do you know why this appears |
      how do I read this | can you find the bug | please describe this in plain words | did anyone run this already | should this be stored at all
    `),
};

/** Building blocks of further sentences: opener, verb, object, tail. Written for this project. */
const grammar = {
  openers: {
    plain: list(`
       |  |  | please | now | next, | and now | then | also | hi, | hello, | ok, | right, | as agreed, | as
      always, | quick one: | one more: | for today: | from the ticket: | if you have a minute, | whenever it suits
      you, | once you are done with the other one, | when there is time, | after lunch, | before the meeting, | we
      are ready, | all clear, | go ahead and | feel free to | do not wait, | just | simply | kindly | let us |
      let's | time to | remember to | you may | you can | your turn: | I would like you to | I want you to | I
      need you to | we need you to | the plan is to | they asked us to | the customer wants us to | the checklist
      says to | the manual says: | it is safe to | it is time to | last one for today,
    `),
    modal: list(`
      can you | could you | would you | will you | can you please | could you please | would you please | can
      someone | may I ask you to | are you able to
    `),
    gerund: list(`
      would you mind | do you mind | how about | please start | thanks for | I suggest | we are up for
    `),
  },
  run: {
    verbs: list(`
      run | run | run | execute | execute | launch | start | kick off | fire off | invoke | trigger | perform |
      carry out | submit | apply | do | process | issue | call | dispatch | evaluate | re-run | send off | put
      through
    `),
    gerunds: list(`
      running | executing | launching | starting | invoking | triggering | carrying out | submitting | performing
      | firing off | processing
    `),
    objects: list(`
      this | this | it | that | the following | what follows | the one below | the one above | this one | that one
      | the command | this command | the query | this query | the script | this snippet | the code below | the
      call | this call | this request | the job | these lines | the statement | the step below | the above | this
      for me | it for us | the next one | my command | the whole thing
    `),
    tails: list(`
       |  |  |  | please | now | right away | thanks | thank you | again | once | twice | and report back | and
      send me the output | and show me what it prints | and let me know | and tell me how it went | when you can |
      when you get to it | on the usual machine | in staging | with the usual settings | as it is | as before |
      like last time | today | tonight | first | if nothing is in the way | until it works | for the demo | before
      noon | asap
    `),
    alone: list(`
      go | go on | do it | now please | next one | next please | same again | your move | execute | run | launch |
      start | ready | approved | green light | good to go | this one is to be run | to be executed | to run |
      command for you | here is the next command | here is what to run | that is what I want executed | nothing
      special, only run it | it may be executed | this has to be executed today | has to be run once more |
      another one to execute | one to run
    `),
  },
  keep: {
    verbs: list(`
      save | save | store | store | keep | keep | archive | file | put away | hold on to | record | log | stash |
      preserve | upload | add | deposit | back up | park | retain | collect | note | take in
    `),
    gerunds: list(`
      saving | storing | keeping | archiving | filing | putting away | recording | holding on to | uploading
    `),
    objects: list(`
      this | this | it | that | the following | what follows | the file | this file | the data | this data | the
      output | the log | this log | the table | the export | the attachment | the report | the above | the dump |
      this one | these rows | the results | the document | a copy of this | a copy | everything below | the
      picture | the snapshot
    `),
    tails: list(`
       |  |  |  | please | for later | for me | for us | for the audit | in the archive | to the
      archive | in the folder | to the folder | in storage | next to the old one
      | under this week | under the project | somewhere safe | on file | until the end of the month | as it is |
      unchanged | thanks | thank you | no need to read it | nothing else to do | in case we need it | as usual |
      so that we have it
    `),
    alone: list(`
      for the records | for the file | for the archive | for later | to keep | to be stored |
      to be archived | new file to store | another one for the archive | here is the file to keep | here is a
      file for the folder | data for the folder | only to be stored | no action, only store | we will need it
      later | we may want this back one day | it should not get lost | into the archive
      with it | the latest export | attached for your files | here it is for the records | today's export, to be
      kept | a backup | copy for the archive
    `),
  },
  ask: {
    starts: list(`
      what does | what is | what was | what would | what did | why does | why is | why did | how does | how is |
      how would | how do I fix | how can I change | when does | where does | who wrote | who changed | which part
      of | is | was | does | did | should | could | would | can | may | do you understand | do you know | have you
      seen | is there anything wrong with | is there a problem with | am I right about | what do you think of |
      any thoughts on | anything odd in | explain | please explain | can you explain | could you summarise |
      summarise | help me understand | tell me about | describe | review | please check | compare | translate |
      shorten | rewrite | correct | find the mistake in | debug | comment on | I wonder about | I am not sure
      about | I do not get
    `),
    objects: list(`
      this | that | it | this one | this file | this command | this query | this snippet | this log | this table |
      this error | this call | this request | the following | the code below | the output above | my code | the
      last line | this config | this data | this message
    `),
    ends: list(`
       |  |  | mean | do | do exactly | look right | look normal to you | make sense | work on a phone | fail |
      break | safe | correct | still needed | too long | the right one | be faster | be
      written in one line | change anything | have an effect | cost
      us anything | in plain words | in one sentence | for a beginner | before I run it | before we execute it |
      without running it | first, do not run it | and what would you do | or should I leave it | or is it outdated
    `),
  },
};

const pickFrom = (items: readonly string[], random: Random): string =>
  items[Math.floor(random() * items.length)] as string;

/** A sentence in the manner of the list above, put together by chance. */
export function drawSentence(wish: 'run' | 'keep' | 'ask', random: Random): string {
  const roll = random();
  if (roll < 0.35) return pickFrom(seedSentences[wish], random);
  if (wish === 'ask') {
    const { starts, objects, ends } = grammar.ask;
    return join([pickFrom(starts, random), pickFrom(objects, random), pickFrom(ends, random)]);
  }
  const { verbs, gerunds, objects, tails, alone } = grammar[wish];
  if (roll < 0.48) return join([pickFrom(alone, random), random() < 0.25 ? pickFrom(tails, random) : '']);
  const { plain, modal, gerund } = grammar.openers;
  const rest = [pickFrom(objects, random), pickFrom(tails, random)];
  if (roll < 0.58) return `${join([pickFrom(gerund, random), pickFrom(gerunds, random), ...rest])}?`;
  if (roll < 0.7)
    return `${join([pickFrom(modal, random), pickFrom(verbs, random), ...rest])}${random() < 0.6 ? '?' : ''}`;
  return join([pickFrom(plain, random), pickFrom(verbs, random), ...rest]);
}

function join(words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}
