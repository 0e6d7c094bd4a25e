/**
 * Sentences of the mixed messages that the bench composes, written for it: none of them is known to the router
 * (`models/dtr/mixed/instruction-seeds.ts`), and a test keeps it so. `hold` says that a thing must not be run or kept now, or
 * only tells of it; like a question it goes to whoever understands language.
 */
export type BenchWish = 'run' | 'keep' | 'ask' | 'hold';

function list(items: string): readonly string[] {
  return items.split('|').map((item) => item.trim().replace(/\s+/g, ' '));
}

export const benchSentences: Readonly<Record<BenchWish, readonly string[]>> = {
  run: list(`
    fire this one up for me | throw this at the server | this one is up next, run it | please get this going |
    run the thing below, cheers | I'd appreciate it if you ran this | execute what I pasted | can I get you to run
    this | push this through please | this should be run before the others | get this executed for me pls | plz run |
    mind running this? | here you go, run it | you have my OK, execute it | deploy step three, execute this | run
    exactly this, nothing more | give me the result of this | show me what this returns | what I need executed is
    this | let this one rip | the following must be executed now | would be great if you could run this for our
    team | run against staging, please | last step of the release, please execute | as discussed on the phone,
    please run the following | we agreed to execute this after the backup | time for the nightly job, run it by hand
    | the on-call asked for this to be run | run below cmd | need you to execute below | kindly do the needful and
    run below query | hello team, pls execute below statement | pull the numbers with this query | fetch the rows
    with this | go on and start it | okay now this one, run it as well | here's the fix, apply it | make it so, run
    this | start with this one please | relaunch it with this line | this restarts the worker, please run it | try
    this one out on the box and report back | send the following request to the server | forward this call as it is
    | call the tool with this | invoke the function like so | make the following call on my behalf | pass this on to
    the tool server | the client wants this request sent | hit the endpoint with this | put this through the
    interpreter | evaluate this snippet for me | compile and run it please | execute this program | check it by
    running it, please | run my code and give me what it prints | could somebody run this bit of code | we should run
    this now, go | do run this one | after that run this too | also this one, same machine, run it | run it for real this
    time | tests are green, so run this now | the window is open, execute | now the second one, please start it |
    sorry for the rush, run this first | be so kind as to run this | might I
    trouble you to execute this | this one please, then we are done for today | can we run this real quick | okay to
    go live with this, run it | and finally execute | let me have the output of this command | I want the output of
    the following | give this command a go | please have this run on the main host | to be run as is | run as is |
    execute verbatim | copy, paste, run, thanks | on my mark: now, run it | permission granted, execute | this is
    today's command, please run it | routine job, same as every week, run it | just a quick run of this | please
    run and confirm | please run, no need to reply | quickly run this for me would you | do me a favour and run this
    | roll it out with this | trigger the job below for me | kick it off again with this
  `),
  keep: list(`
    stick this in the archive | put this with the others | this goes into the files | tuck this away for me |
    please hang on to this | hold this for us until Friday | save for posterity | please take this into the records |
    can you keep this somewhere | drop that on the shared drive | for safekeeping | please add the below to our files |
    new entry for the collection | this belongs in storage | log this for the auditors | I'd like this archived | to
    be put on file | here's last night's dump, keep it | monthly figures, please store | export from the old system,
    save it | could you please file it under reports | one more for the archive | here are the results, please save
    them | please retain this until further notice | stash it, I will come back to it | this is what the machine said,
    save it for later | output of the run, please keep | the sensor readings of today, to be stored | keep safe pls |
    pls save | kindly store below data | please do the needful and save attached | sending you the file as promised,
    store it please | put it on record | please enter this into the records | can we keep a copy
    on our side | mind saving that? | would you put this into storage | I want to have this saved | make sure this
    gets stored | see that this is kept | the trace from the crash, please keep it with the ticket | attach this to
    the case | add to the pile of logs | this is for the folder, nothing to do otherwise | no reply needed, just file
    it | nothing to run here, only save | data drop for this week | for our documentation, please store | copy for
    your records | please back this up | back it up somewhere | save it as it is, unchanged | save the following as
    is | do not touch the content, just keep it | store verbatim | remember the following for me | make a note of the
    following data | keep that snapshot | hold the attached | please deposit this | into storage please | for the
    drawer | so that we have it on file | in case somebody asks later, keep this | legal wants us to keep this | the
    bookkeeper needs this kept | we have to archive this by law | upload the below for me | import this file into our
    storage | the config we used, save it | reference copy, please store | here comes the table, please save it | the
    picture for the page, put it with the assets | icon file, please keep it | the patch from yesterday, file it
    please | keep hold of this one | park this in the files until I need it | take this and store it | get this saved
    for me | put a copy of it aside | add this document to the archive please | please preserve this | archive
    below | saving this here for later use | leaving this with you for safe keeping | do keep this | records, please | store away | let us keep this one | this one should be kept too | it needs to be
    stored before tonight | please collect this with the rest
  `),
  ask: list(`
    any idea what this means | whats this | what am I looking at here | how come this one fails | could this be the
    reason for the outage | can you walk me through this | break this down for me | what would running this do | will
    this delete anything | would it be safe to run this | is it okay to execute this on production | do I need to run
    this again | should I run this before or after the backup | when should this be run | who is supposed to run this |
    has anyone run this already | did you run this yesterday | can this be run twice | may I run this as a normal user |
    could running this break the build | how long does it take to run this | why was this run at night | what
    happens to the table if somebody executes this | is there a way to undo this | is there a shorter form of this |
    what is the difference between this and the old one | how do you read this | which line is wrong | where is the
    mistake | can you spot the bug | is the syntax right | does this look sane | does that seem right to you | tell me
    what is going on here | give me a summary of this | in one line, what is this about | make this shorter | make it
    readable | turn this into a script | convert this to yaml | port this to another language | rewrite it so that it
    is faster | add comments to this | clean this up for me | what should I change here | how should I quote this | what
    would you call this | why do we still keep this | should we store this at all | how long must we keep this | where
    did you save this | is this the file that you stored | can this be thrown away | is this still up to date | who
    sent this | when did somebody save this | could you compare this with the last one | how many rows are in this | what is
    the average of the second column | which of these is the largest | find the odd one out in this | is this
    malicious | is somebody attacking us, see this | what kind of format is this | what language is this written in |
    which tool writes such lines | teach me how this works | I don't understand this | no clue what this is supposed to
    do | this puzzles me | not sure this is right | I doubt that this works | I keep getting this and don't know why |
    this is all I get, please help | stuck on this, any hint | hmm, this looks strange | is it me or is this wrong |
    does the order matter in this | what if I leave out the last part of this | can you think of a reason for this |
    what does the second line say | please interpret this | please assess this | opinions on this? | thoughts? | help
    me debug this | diagnose this | proofread this | what's your take on this | estimate how expensive this is | explain
    like I am five | would you sign this off | is this what they meant | are we sure about this one | why would anyone
    write it like this | could you tell me whether this is run every night | do you happen to know if we archived this
  `),
  hold: list(`
    do not run this | don't go and execute this just yet | I'd ask you not to run this one | never run this on the main host | this one must on no account be
    executed | hold off on running this | wait before you run this | not to be executed before Monday | stop,
    don't run that | under no circumstances execute this | nobody should run this | I would not run this if I were you |
    please don't start this | refrain from running this | this should never be run as root | someone ran this last night
    and it went badly | I ran this an hour ago and nothing happened | she executed this by mistake | the manual shows
    this as an example | in the book they run this | he told me that this had been run | we used to run this every
    week | the old script did this | this was executed before the crash | my colleague wants to run this, I am against
    it | if the tests fail I might run this later | run this when the other job is through | maybe we run this tomorrow, not today | I will run this myself | I
    am going to run this on my own machine | let me know before anybody runs this | ask the owner before running this |
    once Anna agrees we can run this | only after the review may this be executed | they say you should run this, but
    check with me first | this is not for running, only for reading | an example of what not to run | this is how the
    attacker ran it | do not keep this | don't save this anywhere | please do not store this | no need to keep this |
    delete your copy of this | see that this does not get archived | I already saved this, do not do it again | someone else
    stored this last week | forget this | ignore this | disregard the following | this was sent to you by mistake |
    wrong window, sorry | never mind this one | scratch that, not this one | cancel this one please | postponed until
    next week | on hold | just so that you know what was run | for your information only, I ran this already | here is
    what we ran on Monday | this is what the customer typed | quoting the ticket | the log says that this was started
  `),
};
