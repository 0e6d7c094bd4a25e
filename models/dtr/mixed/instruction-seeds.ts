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
export const grammar = {
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
      would you mind | do you mind | how about | please start | thanks for | I suggest | we are up for | any
      chance of | would it be possible to see to | I vote for | please take care of | please see to
    `),
    passive: list(`
      this has to be | this must be | this should now be | this needs to be | it wants to be | I want this | I want it |
      I need this | we need it | please have this | can I have this | can we get this | could I get it | please get
      this | I would like to have this | we would like this | this one is to be | the following shall be | the
      following is to be | what follows has to be | next to be | ready to be | waiting to be | approved to be | may
      be | is cleared to be | this is ready to be | the client would like this | my boss wants it | they need this |
      get it | get that | let it be | would love to see this | make sure that it is | see to it that this is | I was
      told to have this | the ticket asks for this to be | it is time for this to be
    `),
  },
  run: {
    verbs: list(`
      run | run | run | run | execute | execute | execute | launch | exec | rerun | play | put to work | work through | start | kick off | fire off | invoke | trigger | perform |
      carry out | submit | apply | do | process | issue | call | dispatch | evaluate | re-run | send off | put
      through
    `),
    gerunds: list(`
      running | executing | launching | starting | invoking | triggering | carrying out | submitting | performing
      | firing off | processing
    `),
    participles: list(`
      run | run | run | executed | executed | launched | started | invoked | triggered | carried out | submitted |
      performed | kicked off | processed | sent off | applied | done | called | rerun | evaluated
    `),
    objects: list(`
      this | this | it | that | the following | what follows | the one below | the one above | this one | that one
      | the command | this command | the query | this query | the script | this snippet | the code below | the
      call | this call | this request | the job | these lines | the statement | the step below | the above | this
      for me | it for us | the next one | my command | the whole thing | what I wrote | what is below | what I sent |
      what is quoted | the attached command | the procedure | the program | the code | my code | the lines below |
      these commands | both lines | each line | the request below | the api call | the migration | the function |
      the routine | the block below | the SQL | the bash line | the oneliner | this bit | that thing
    `),
    tails: list(`
       |  |  |  | please | now | right away | thanks | thank you | again | once | twice | and report back | and
      send me the output | and show me what it prints | and let me know | and tell me how it went | when you can |
      when you get to it | on the usual machine | in staging | with the usual settings | as it is | as before |
      like last time | today | tonight | first | if nothing is in the way | until it works | for the demo | before
      noon | asap | and paste what comes back | and give me the rows | and post the outcome here | and keep me posted |
      with no changes | exactly like this | on the second host | in the sandbox | in production | with care | for the
      client | in my name | on our behalf | straight away | immediately | at once | from the project folder | as root |
      then we are finished | so that we can move on | since the review is done | because the cache is stale | to free
      some space | to see what happens | to get the numbers | and that is all
    `),
    alone: list(`
      go | go on | do it | now please | next one | next please | same again | your move | execute | run | launch |
      start | ready | approved | green light | good to go | this one is to be run | to be executed | to run |
      command for you | here is the next command | here is what to run | that is what I want executed | nothing
      special, only run it | it may be executed | this has to be executed today | has to be run once more |
      another one to execute | one to run | fetch the answer for this query | pull up the rows for this one | get
      me whatever it prints | I need its output | we want its result | show its output to me | bring up the list
      with this query | send this one off to the api | post the following to the service | this goes to the shell |
      for the terminal | into the console with it | type this in for me | enter this at the prompt | paste this into
      the terminal | put this on the command line | use the following command | use this query | query the database
      like this | look it up with this | restart it like so | install it with this line | build it with this | clean
      up with the following | deploy it with this | roll this out | ship it | place the call below | ring the service
      with this request | let it run | let this run through | have a go at this | proceed with this one | carry on
      with this | continue with the next | the next command | command for today | step two | step 2 of 5 | to do |
      task for you | yours to run | work through these lines | bring the service up with this | shut it down with
      this | this will fix it, go ahead | it clears the queue, please proceed | list the users with this | count them
      with this query | download it like this | move the files with this | update the table like so | delete the old
      ones with this | call it with these arguments | pass these arguments to the function | forward this to the
      server | relay the message below to the tool | get the data from the api like this
    `),
    leads: list(`
      the fix for the login | the second part | the restart of the worker | my change | our cleanup job | the query for
      the boss | this updates the index | that frees the memory | it lists the users | this adds the column | the call
      for the weather | the last migration | the import | the daily check | this should do it | that ought to help |
      the one from the ticket | it is reviewed | the tests pass | all signed off | Anna said yes | the window is now |
      no objections | we are on the right host | I checked it twice | the backup is there | same procedure | as every
      Monday | like before | as promised | another try | with the new flag | typo corrected | this time with sudo
    `),
  },
  keep: {
    verbs: list(`
      save | save | save | store | store | store | keep | keep | keep | archive | set aside | take down | register | stow |
      lay by | squirrel away | leave | put | note | memorise | file | put away | hold on to | record | log | stash |
      preserve | upload | add | deposit | back up | park | retain | collect | note | take in
    `),
    gerunds: list(`
      saving | storing | keeping | archiving | filing | putting away | recording | holding on to | uploading
    `),
    participles: list(`
      saved | saved | stored | stored | kept | kept | archived | filed | put away | recorded | backed up | uploaded |
      logged | preserved | put into storage | added to the archive | held for later | put on the shelf
    `),
    objects: list(`
      this | this | it | that | the following | what follows | the file | this file | the data | this data | the
      output | the log | this log | the table | the export | the attachment | the report | the above | the dump |
      this one | these rows | the results | the document | a copy of this | a copy | everything below | the
      picture | the snapshot | the attached | the listing | the readings | the trace | the lines below | the patch |
      the values | the record | this record | the entry | the response | the config | the schema | the feed | this
      batch | the numbers | the sheet | the page | the diagram | my notes | what the server said | what came back |
      this payload | the answer of the api | that stack trace | the error for the ticket
    `),
    tails: list(`
       |  |  |  | please | for later | for me | for us | for the audit | in the archive | to the
      archive | in the folder | to the folder | in storage | next to the old one
      | under this week | under the project | somewhere safe | on file | until the end of the month | as it is |
      unchanged | thanks | thank you | no need to read it | nothing else to do | in case we need it | as usual |
      so that we have it | with the project | among the reports | where the others are | for documentation | for
      reference | as evidence | for next quarter | with today's date | under its name | for the team | for my
      colleagues | until I ask for it | for good | on the drive | in our system | in the database of files | in the
      usual place | at least a year | it will be needed | nobody has to look at it | without changing anything | so
      it does not vanish | and that is it
    `),
    alone: list(`
      for the records | for the file | for the archive | for later | to keep | to be stored |
      to be archived | new file to store | another one for the archive | here is the file to keep | here is a
      file for the folder | data for the folder | only to be stored | no action, only store | we will need it
      later | we may want this back one day | it should not get lost | into the archive
      with it | the latest export | attached for your files | here it is for the records | today's export, to be
      kept | a backup | copy for the archive | drop it into the bucket | place it with the documents | put the file on
      the share | copy it over to the drive | leave it in the folder | it goes to the shelf of 2024 | to the cabinet |
      for storage only | storage | archive | keep | save | new data | new record | another record for you | delivery of
      today | here is something to keep | something for the files | mine to keep, yours to store | add it there too |
      it is part of the case | this completes the folder | one for the museum
    `),
    leads: list(`
      the dump of today | yesterday's readings | last week's numbers | the final version | my notes from the call | the
      trace of the crash | the answer of the server | the list of members | our price list | the scan of the letter | the
      logo | the new icon | the table from the vendor | the export of the shop | the settings of the router | the change
      of Monday | the patch for the parser | results of the survey | measurements of room 4 | the log of the night |
      the schema of the orders | the reply that came back | a snapshot of the page | the invoice data | what the sensor
      sent | the report you wanted | minutes of the meeting | the contract | a full listing | the error from the phone |
      this month's figures | data from the field | the drawing | the feed of this morning
    `),
  },
  ask: {
    /** Words before and behind a payload in the middle of a question or a tale. */
    around: list(`
      what does .. do | what does .. mean | what is .. for | why is .. so slow | is .. safe | is .. the right one | how is ..
      different from before | why did .. fail | who wrote .. and when | can I use .. on windows | should I run .. as root |
      would .. delete anything | does .. look right to you | do we still need .. here | I ran .. yesterday and it hung | we
      got .. from the vendor | I think .. is wrong | the docs say .. but that is old | when I type .. nothing happens | he
      told me to use .. instead | do not run .. on this machine | never execute .. without asking | please don't start .. yet |
      the line .. puzzles me | it printed .. and stopped | after .. the screen went black | in .. which part is the table |
      explain .. to me | translate .. into words | I wonder whether .. would help | is it fine to run .. twice | what happens
      if I run .. now | how do I undo .. afterwards | they used .. for years | where does .. write its output | instead of ..
      I would take the other one | my teacher marked .. as wrong | could .. be the reason | if .. fails, what then | has
      anyone tried .. before | I get .. when I log in | is .. still supported | the answer was .. as always | someone typed ..
      last night | ignore .. for now
    `),
    starts: list(`
      what does | what is | what was | what would | what did | why does | why is | why did | how does | how is |
      how would | how do I fix | how can I change | when does | where does | who wrote | who changed | which part
      of | is | was | does | did | should | could | would | can | may | do you understand | do you know | have you
      seen | is there anything wrong with | is there a problem with | am I right about | what do you think of |
      any thoughts on | anything odd in | explain | please explain | can you explain | could you summarise |
      summarise | help me understand | tell me about | describe | review | please check | compare | translate |
      shorten | rewrite | correct | find the mistake in | debug | comment on | I wonder about | I am not sure
      about | I do not get | verify | fix | improve | simplify | annotate | document | format | indent | sort | decode |
      identify | rate | judge | complete | extend | have a look at | take a look at | look at | guess | find out about |
      figure out | analyse | examine | inspect | discuss | criticise | paraphrase | visualise | draw | count the lines
      of | name | can you see why | could you find out about | can you guess | can you take me through | could you guide me
      through | can you say something about | would you mind explaining | please help me with | could you have a look at |
      can you improve | could you translate | can you format | please fix | can you check | could you verify | can you tell
      me more about | would you rate | can you name | any reason for | is there a reason for | is there an error in | who
      knows | who may run | who has to run | who stored | when do we run | when did you run | why did they run | why do we
      keep | how often do we run | how long do we keep | where do we keep | where should we run | may I run | should I run |
      should we keep | should I store | did you run | did she save | have you stored | has anyone executed | is it wise to
      run | is it allowed to run | is it all right to execute | would it hurt to run | would it help to save | what if I
      run | what comes out when I run | can a guest run | can this user execute | are we allowed to store | do I have to
      run | do we need to keep | must I save | what did you save in | which one did you run of
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

/**
 * Words that name running or keeping and yet ask for neither: orders not to, conditions, plans, tales of what was done,
 * quotations. Without them a router hears `run` and runs.
 */
export const holdGrammar = {
  alone: list(`
    not this one | please leave it alone | nothing to do here | no action please | no action required, only telling you |
    skip this | leave that for now | pay no attention to this | drop it, we changed our mind | that was the wrong one |
    this was a mistake | sent too early, sorry | please hold | stand by | hands off | this is only a draft | work in
    progress, wait for my word | to be discussed | not approved yet | pending review | blocked until further notice |
    just showing you | just sharing this | for reading only | as an illustration | here is an example from the handbook |
    a sample of what they send | this is what I found in the notes | I found this on a forum | a friend suggested this |
    this came in the mail | this is what the log shows | I copied this from the wiki | from the incident report | they
    posted this in the channel | somebody typed this | this is what failed | it printed this | it answered with this |
    the screen shows this | I saw this on the wall | remember that this is dangerous | careful with this one | this is
    harmful | this would break everything | this is outdated | it was fine last time | that one worked for me | this used
    to work | we got this from the vendor | this is the line in question | I am thinking about this one | I wrote this
    last year | please look at this first | let us talk about this | we need to talk about this one | I have second
    thoughts about this | I changed my mind about this | the previous message was meant for someone else | I take it back
  `),
  forbids: list(`
    do not | don't | never | please do not | please don't | dont | do NOT | you must not | you should not | you
    shouldn't | we must not | we cannot | no one may | nobody may | no need to | there is no need to | you need not | I do
    not want you to | I don't want anyone to | I never asked you to | you are not allowed to | it is forbidden to | it is
    not safe to | it would be wrong to | be careful not to | make sure nobody tries to | make sure not to | try not to |
    whatever you do, do not | in no case | by no means | we decided not to | they told us not to | the policy says not to |
    rather not | better not | it is too early to | it is too late to | I am afraid to | I refuse to | tell them not to |
    please wait and do not | avoid having to | forget the request to | without asking me never
  `),
  against: list(`
    avoid | stop | I am against | we decided against | please refrain from | I warn you of | there is a ban on | nobody
    gains from | keep from | before | think twice before | instead of | rather than | what about the risk of | we were
    warned about | I regret | it failed after | it hung while | I was just | I am done | she is | they are already | we are
    not | you are not | I have finished | he got an error while | I am curious about | I am worried about | he is
    thinking of | we talked about | there was a question about | the text is about | the chapter on
  `),
  subjects: list(`
    I have | I had | I | we | we have | we just | they | they have | she | he | he already | somebody | someone | the
    intern | our colleague | the cron job | the script | the old server | the customer | the vendor | the previous admin |
    the night shift | my predecessor | nobody | no one has | you | you have already | did you | has anybody | have we | had
    they | the pipeline | Peter | Maria says she | it seems that they | apparently the agent | it looks like we | last week
    we | yesterday I | this morning he | the attacker | a bot
  `),
  passives: list(`
    this was | this has been | it had been | that was already | this one was never | it has not been | this has not yet
    been | this will be | it would be | this might be | it could have been | the following was | the lines below were | what
    you see was | here is what was | this must not be | that should not be | it may not be | this cannot be | it need not
    be | this is not to be | that is no longer | this is usually | these are often | it is sometimes | it is said that this
    was | I wonder if this was | we do not know whether this was | according to the log this was | the report says it was |
    supposedly this got | by accident this was | why was this | when was this | where was it | by whom was this | how often is this
  `),
  laters: list(`
    if it rains I will | if you agree we could | if the check fails then | should anything go wrong, we would | when the
    backup is done we can | once they have signed we may | as soon as the window opens I will | unless you object we will |
    provided that it works we might | assuming it is safe, who would | only if I say so, | not before I say so, | after the
    meeting I will decide whether to | tomorrow we may | next week they will | later I may | some day we should | I plan to |
    I intend to | I was going to | I wanted to | I would like to know whether to | we are considering whether to | we are
    asked whether to | they want to | he wants to | she tries to | the customer wishes to | people often | most admins | the
    docs say that you can | the guide explains how to | the manual describes how to | the text shows how we | I learned how
    to | I forgot how to | I don't know how to | it teaches you to | one could | one would | you could in theory | in theory
    we | it is possible to | it used to be normal to | everyone used to | ask Tom whether to | wait until we | hold on until I |
    let me think whether to | I will | I'll | I am about to | we'll | he'll | they will
  `),
  times: list(`
     |  |  | yesterday | last night | an hour ago | before | already | twice | by mistake | by hand | every night | at noon |
    during the outage | on the old machine | in the test | and it crashed | and it worked | without success | for years |
    in 2019 | by the vendor | by someone else | in the tutorial | when the disk was full | later today | next month
  `),
  tails: list(`
     |  |  |  | please | yet | now | today | again | on this machine | on the main server | in production | as root | without
    a backup | before the review | until Monday | before I am back | unless I tell you | under any conditions | anymore | any
    more | at all | myself | on my laptop | for now | right now | so soon | without my consent | or else | , thanks
  `),
};

/** What people write around an instruction; it wants nothing. */
export const neutral = {
  greetings: list(`
    hi | hello | hey | hi there | hello everyone | good evening | good afternoon | morning | hi again | greetings | hey
    folks | hi Tom, | dear team, | dear colleagues, | hello support, | to whom it may concern, | hi, hope you are well. | ok
    | okay then | right | so | alright | quick one | it's me | hi from the field | ping
  `),
  reasons: list(`
    The build is done. | The server was restarted. | It is Friday. | The report is due today. | We changed the password
    last week. | My manager asked for it. | The customer called. | It belongs to case 4711. | I just came back from the
    meeting. | The old version is gone. | The queue is getting long. | Nothing has happened for an hour. | We had an outage
    in the morning. | I am on the train. | The sensor was replaced. | This is part of the migration. | You have seen the
    first half already. | The second shift starts at ten. | Our auditor visits next week. | It took me a while to find it. |
    The weather is bad, so I stay at home. | The database is up again. | As you know, the office moves in May. | Sorry for
    being late. | I hope this is the right place. | Step four of nine. | Here we go. | That was quick. | There is one more
    thing. | Good news: the fix works.
  `),
  closings: list(`
    thanks | thank you | thx | thanks a lot | thank you very much | kind regards | regards, Ann | best wishes | see you
    later | bye | have a nice day | that is all | talk soon | thanks in advance | sent from my phone | greetings from the
    lab | all the best | sorry for the trouble | no hurry | thanks again! | much obliged | appreciated | over and out
  `),
};
