import { codeCall, functionCall, protocolResult } from './calls.ts';
import { code } from './code.ts';
import { command } from './commands.ts';
import { delimited, json, xml, yaml } from './data-formats.ts';
import type { Draw } from './draw.ts';
import { log } from './logs.ts';
import { query } from './queries.ts';
import { traces } from './traces.ts';

const templates = (text: string): readonly string[] => text.trim().split('\n');

const utterances = templates(`
«can you¦could you¦please¦i want to¦i'd like to¦i need to¦help me» «book¦change¦cancel¦find¦check» «a table¦a boat¦my flight¦a haircut¦the tour¦a taxi» «for ‹when›¦at ‹clock›¦for ‹#9› people¦in ‹city›¦»
«what's¦tell me¦do you know» the «weather¦time¦news¦traffic» «in ‹city›¦for ‹when›¦right now¦»
«my ‹relative›¦‹first›¦the ‹noun›» is ‹feeling› «about ‹topic›¦today¦and so am i¦»
i «lost¦forgot¦broke¦found» my «card¦umbrella¦phone¦key¦‹product›» «‹when›¦in ‹city›¦on the train¦again¦»
«play¦turn off¦turn up¦pause» the «music¦radio¦lights¦heating» «in the ‹adjective› room¦please¦»
«yes¦no¦sure¦okay», «that works¦i think so¦let's do that¦not today¦‹clock› is fine¦make it ‹day›»
«hello¦hi¦good morning¦hey there», «how are you¦is anyone there¦i have a question¦it's ‹first›¦can we talk about ‹topic›»
remind me to «call¦visit¦thank¦pay» my ‹relative› «‹when›¦at ‹clock›¦before lunch»
how «long¦far¦much¦often» «is it to ‹city›¦does the ‹noun› take¦is a ‹product›¦should i water the garden¦do you ‹verb› this»
«the¦my¦your» ‹product› «looks ‹adjective›¦is in the ‹noun›¦is too ‹adjective› for my ‹relative›¦is ‹#20› years old»
why «was i charged¦did my payment fail¦is the lift locked¦is the app so ‹adjective›» «twice¦‹when›¦again¦»
«that's all¦thanks a lot¦thank you¦great», «bye¦have a good ‹day›¦see you ‹when›¦you've been helpful»
what «should i cook with ‹food›¦goes well with ‹food›¦is in the ‹food›¦time do you open on ‹day›»
«i'm looking for¦show me¦i would like» a ‹adjective› ‹product› «under ‹#300› euros¦for my ‹relative›¦that is not ‹adjective›»
«set¦cancel» «an alarm¦a timer» for ‹clock› «‹day›¦please¦»
is there a «‹adjective› hotel¦vegan restaurant¦parking lot¦pharmacy» near the ‹noun› in ‹city›
«transfer¦send¦move» ‹#900› euros to «my ‹relative›¦‹person›¦my savings» «‹when›¦please¦»
tell me a «joke¦story¦fact» about «‹animal›s¦‹city›¦a ‹adjective› ‹noun›»
«sorry¦oh¦wait», i meant «‹day›¦the ‹adjective› one¦‹city›, not ‹city›¦‹#9› people»
do you «have any pets¦like ‹food›¦speak «french¦german¦polish»¦ever sleep¦know ‹person›»
the name is ‹person›
it's for ‹#12› people ‹when›
‹when› at ‹clock›«, please¦ would be best¦»
`);

const questions = templates(`
A «farmer¦baker¦teacher¦driver» has ‹#90› ‹plural› and gives ‹#20› to each of ‹#9› «friends¦shops¦schools». How many are left?
‹first› walks ‹#20› kilometres on ‹day› and twice as far on ‹day›. How far is that in all?
What is the difference between a ‹adjective› ‹noun› and a ‹adjective› ‹noun›?
Why do ‹animal›s «sleep so much¦run in circles¦fear the ‹noun›¦like ‹food›»?
How did people «‹verb› ‹plural›¦cross the river¦keep ‹food› fresh» before there were ‹plural›?
Who «decides¦pays¦is responsible» when the ‹noun› of ‹company› is ‹adjective›?
Is it «better¦cheaper¦safer» to ‹verb› the ‹noun› before or after the ‹noun›?
Which ‹noun› in ‹city› is the ‹adjective› one, and how do I get there from the ‹noun›?
If ‹#9› «workers¦machines» need ‹#30› hours for one ‹noun›, how long do ‹#20› need?
What would you say to a ‹feeling› ‹relative› who cannot decide about ‹topic›?
Could you explain ‹topic› to me «in simple words¦as if I were new here¦in two sentences»?
What happens «if nobody ‹verb›s the ‹noun›¦when the ‹noun› is ‹adjective›» «on ‹day›¦for a whole week¦»?
`);

const mails = templates(`
«Hi¦Dear¦Hello» ‹first›,\\n\\n«thanks for your note about¦I wanted to follow up on¦a quick word on¦please find attached the figures for» ‹topic›. «We should ‹verb› the ‹noun› before ‹when›.¦‹first› thinks it is too ‹adjective›.¦The ‹noun› from ‹company› is still ‹adjective›.» «Can we meet ‹when› at ‹clock›?¦Let me know what you think.¦Could you send me the ‹noun›?»\\n\\n«Best regards¦Thanks¦Cheers¦Kind regards»,\\n‹person›
‹first› - «FYI,¦just so you know,¦as discussed,» ‹company› will ‹verb› the ‹noun› ‹when›. «No action needed.¦Please tell ‹first›.¦I will call ‹person› about ‹topic›.»
Subject: ‹topic›\\n\\nAll,\\n\\n«The ‹noun› was moved to ‹when›.¦We need ‹#9› volunteers for ‹topic›.» «Bring your ‹plural›.¦Details will follow.¦Lunch is ‹food›.»\\n\\n‹first›
«Team¦Everyone¦Colleagues»,\\n«the ‹noun› in ‹city› will be closed ‹when›¦our ‹noun› was ‹adjective› last night¦‹person› joins us ‹when›». «Questions go to ‹first›.¦Thank you for your patience.¦More on ‹day›.»
> ‹first› wrote:\\n> could you ‹verb› the ‹noun›?\\n\\nYes, I will ‹verb› it ‹when›. ‹first›
`);

const technical = templates(`
A ‹adjective› ‹noun› is one whose ‹plural› never change; it is ‹adjective› to ‹verb› and hard to ‹verb›.
Write a «function¦program¦class» that takes a list of ‹plural› and returns the ‹adjective› one. Do not ‹verb› the list itself.
In ‹language›, a «string¦loop¦variable¦class¦module» can be ‹adjective›; the «compiler¦interpreter» will then ‹verb› it before the program runs.
The ‹service› server keeps its ‹plural› in memory. When the ‹noun› is full it will ‹verb› the oldest one and log a ‹word›.
«Unlike¦Like» ‹language›, ‹language› does not ‹verb› ‹plural› by itself, so you must «close¦free¦check» each ‹noun›.
Recursion means that a «function¦method» calls itself on a ‹adjective› part of the ‹noun› until nothing is left.
Your task is to ‹verb› the ‹plural› of a ‹noun›, given its ‹field› and ‹field›, and to say whether it is ‹adjective›.
We moved from ‹service› to ‹service› because the ‹noun› was ‹adjective› under load; the ‹field› fell by ‹#90› percent.
After the upgrade the ‹service› container restarts every ‹#30› minutes and the ‹noun› page shows a ‹word›.
Indexes make a query ‹adjective› but each of them costs time when you insert or update ‹plural›.
## ‹adjective› ‹plural›\\n\\nEvery ‹noun› has a ‹field›. Before you ‹verb› it, make sure that the ‹field› is not ‹adjective›.
`);

const aboutCommands = templates(`
«How do I¦How can I¦What is the command to¦Is there a way to» «list¦find¦delete¦count¦copy¦compress» all ‹ext› files «in ‹dir›¦under the home folder¦larger than ‹#90› MB¦changed in the last ‹#30› days»«?¦ with ‹shellword›?»
«Find¦List¦Search¦Show¦Delete¦Count¦Print¦Copy¦Rename¦Archive¦Compress» all «files¦directories¦.‹ext› files¦lines» «in ‹dir›¦under the current directory¦in the /‹stem› tree» «that contain "‹word›"¦older than ‹#60› days¦owned by user ‹user›¦whose name starts with "‹stem›"¦with permissions 755»
«Recursively ¦»«change the owner of¦remove¦search» every «file¦folder» «below ‹dir›¦in the folder tree» «and print the names¦, ignoring case¦and sort them by size¦»
«Print¦Display¦Show» the «first¦last» ‹#40› lines of «"‹stem›.‹ext›"¦every log file¦the file ‹stem›.‹ext›»
«Start¦Stop¦Restart¦Create¦Open» «a container from the image ‹image›¦the ‹service› service¦a new branch called ‹branch›¦an ssh session to ‹host› as ‹user›» «in the background¦and show its logs¦»
«Install¦Update¦Remove» the package ‹package› «and all that it needs¦for the current user¦without asking¦»
Save the «output of ‹shellword›¦list of users¦number of lines in ‹file›» «to the file ‹stem›.txt¦in the variable ‹stem›¦and show it too»
What does the «-‹#9›¦-r¦-v¦--force» option of ‹shellword› do?
I never remember whether ‹shellword› takes the source or the target first.
Our guide says to use ‹shellword› for this, but ‹first› prefers ‹shellword›.
Replace "‹word›" with "‹word›" in «all .‹ext› files¦the file ‹stem›.‹ext›» «and keep a backup¦»
Undo the last commit but keep my changes in the working tree
«create¦make¦remove» «directory¦folder¦file» ‹dir›/‹stem› «if it does not exist¦»
Run «the command¦» "‹shellword› -‹#9›" on «server ‹host›¦all hosts»
Display disk usage of «‹dir›¦each folder» in human readable form
Send a «GET¦POST» request to ‹host› and print only the headers
`);

const nearMisses = templates(`
find me a ‹adjective› «hotel¦restaurant¦present¦flat» «in ‹city›¦for my ‹relative›¦near the ‹noun›»
make «sure the ‹noun› is ‹adjective› before ‹when›¦me a list of ‹plural› for ‹topic›¦a reservation for ‹#9› at ‹clock›¦it ‹adjective›»
«cat¦cats» «food is too expensive in ‹city›¦hair is everywhere since ‹first› moved in¦and ‹animal› get along well, my ‹relative› says»
select a «gift for my ‹relative›¦restaurant in ‹city›¦seat by the window¦day that suits ‹first›»
kill «some time with me until ‹clock›¦the noise please, i am ‹feeling›¦two birds with one stone, as my ‹relative› says»
sort «out the mess with ‹topic›¦of ‹feeling› about the ‹noun› today¦this with ‹first› before ‹when›»
head «over to the ‹noun› at ‹clock›¦of department asked about ‹topic›¦north until you see the ‹noun›»
cut «the budget for ‹topic› by half, says ‹first›¦me some slack, i am ‹feeling›¦flowers last ‹#9› days»
touch «base with ‹person› about ‹topic›¦wood, the ‹noun› is still fine»
split the bill between ‹first› and me
import «duties on a ‹product› from ‹city› are ‹adjective›¦taxes confuse me, can you explain them»
for «dinner i'd like ‹food› at ‹clock›¦the record, i never asked for ‹topic›¦my ‹relative› it is too ‹adjective›»
if «you see ‹first›, tell her ‹topic› can wait¦it rains ‹when›, we go to the ‹noun›»
while «you are at it, ‹verb› the ‹noun› too¦i was in ‹city› my ‹product› broke»
let «me know when the ‹noun› opens¦us meet ‹when› at ‹clock›¦‹first› decide about ‹topic›»
return «the ‹product› to ‹first› for me¦flights from ‹city› are ‹adjective› ‹when›¦to sender, says the ‹noun›»
update «me on ‹topic› when you can¦from ‹first›: the ‹noun› is ‹adjective›¦‹city› on the map please»
drop «me a line about ‹topic›¦the kids at ‹clock›, please¦in any time, we are at the ‹noun›»
create «a nice plan for ‹when› in ‹city›¦some room for ‹topic› in the agenda»
delete «that from your memory, it was a joke¦my last remark, i was ‹feeling›»
insert «a joke about ‹animal›s here¦coin, says the ‹adjective› machine in the ‹noun›»
where «is the nearest ‹noun› in ‹city›¦did ‹first› put the ‹product›¦from here, do you think»
order by ‹day› and we deliver by ‹day›, is that right?
join us for ‹food› ‹when› at ‹clock›
echo «in the ‹adjective› ‹noun› makes it hard to hear you¦what ‹first› said about ‹topic›»
ping «me when ‹topic› is done¦‹first› about ‹topic› ‹when›»
ssh, the ‹relative› is asleep, let us talk ‹when›
curl «my hair or leave it ‹adjective› for the wedding¦up with a book, it is raining in ‹city›»
git is what my ‹relative› calls people who are ‹adjective›
python «bites are rarely dangerous, right¦or ‹animal›, which is the ‹adjective› pet¦is hard for my ‹relative›, any advice»
go «and ask ‹first› about ‹topic›¦to ‹city› with me ‹when›¦is the game my ‹relative› plays on ‹day›»
rust «on my ‹product› after one winter, is that normal¦stains do not come off the ‹product›»
java was ‹adjective›, says my ‹relative›, but ‹city› was better
class «starts at ‹clock› on ‹day›¦trip to ‹city›: who pays for the ‹noun›»
function rooms in ‹city› for ‹#90› guests, do you know any
more ‹food› for me and less for my ‹relative›, please
less «is more, says ‹first›¦than ‹#90› people came to the ‹noun›»
man «the ‹noun› is ‹adjective› today¦overboard, i dropped my ‹product› in the river»
watch «the ‹animal› while i am in ‹city›¦out for the ‹adjective› step at the ‹noun›»
at ‹clock› the ‹noun› closes, so be quick
who «am i talking to¦moved my ‹product›»
date «night ‹when›: any ideas in ‹city›¦of the next ‹noun›, please»
time «to call my ‹relative› about ‹topic›¦flies when the ‹food› is good»
which «‹noun› is ‹adjective› in ‹city›¦of the two ‹product›s would you take»
join the two ‹plural› and tell ‹first› what you find
run «the numbers on ‹topic› by ‹first›¦from the ‹animal›, it is ‹adjective›¦time of the ‹noun› play in ‹city›»
tail lights of my ‹relative›'s car are broken
source of the quote about ‹topic›: ‹person›, i believe
wait for ‹first›, then we talk about ‹topic›
history of the ‹noun› in ‹city›, in three sentences please
uptime was good in ‹month›, ‹first› told the ‹noun›
/s, in case you wondered whether i was serious about ‹topic›
1. ‹verb› the ‹noun› 2. call ‹first› 3. ‹food› at ‹clock› - is that a good plan for ‹day›?
name, date and place: that is all ‹first› wanted to know about ‹topic›
my password has a {curly} bracket and a ; in it, is that a problem on ‹host›?
the total = what ‹first› paid + what i paid, i think
{‹feeling›} is how i would put it in brackets
the error said "‹word›" and then nothing, what now?
create a «reminder¦list¦‹adjective› note¦playlist»
read «me my ‹noun› list¦my notes from ‹day›¦the news to me¦‹first› a story»
call «‹first›¦my ‹relative›¦the ‹noun› in ‹city›¦a taxi for ‹clock›»
add «‹food› to my shopping list¦‹first› to the ‹noun›¦another day to my trip»
show me my «‹plural›¦calendar for ‹when›¦shopping list»
open the «window¦door, it is too warm¦‹noun› for ‹first›»
set up «a meeting with ‹first›¦my new ‹product›»
change the «lights to ‹adjective›¦name you call me to ‹first›¦language to french»
`);

const dataQuestions = templates(`
«How many¦Which» ‹plural› «were ‹verb›d¦have a ‹field› above ‹#900›¦belong to ‹company›» in ‹month› «2025¦2026»?
What is the «average¦highest¦lowest¦total» ‹field› of the ‹plural› «in ‹city›¦by ‹company›¦from ‹month› to ‹month›»?
«Show¦Give¦List» me the ‹field› and ‹field› of every ‹noun› «whose ‹field› is ‹adjective›¦with more than ‹#90› ‹plural›¦from ‹city›»
Who is the ‹noun› owner when the ‹field› is ‹#900› and the ‹field› is ‹city›?
Tell me the ‹field› for the ‹noun› that has a ‹field› larger than ‹#50›.
Is there a ‹noun› in the ‹table› table without a ‹field›?
`);

const withValues = templates(`
«Book¦Reserve¦Find» a flight from ‹city› to ‹city› on 2026-0‹#9›-1‹#9› for ‹#9› adults, ‹field› at most ‹#900› euros.
«Convert¦Exchange» ‹#9000› «EUR¦USD¦GBP» to «JPY¦CHF¦SEK» at the rate of ‹#28› ‹month›.
«Calculate¦Compute» the area of a «triangle¦rectangle¦circle» with «a base of ‹#90› and a height of ‹#40›¦a radius of ‹#50›».
Send an email to ‹user›@example.com with the subject "‹topic›" and tell ‹first› the ‹noun› is ‹adjective›.
What is the status of ‹noun› «#¦»‹#90000› for customer ‹#9000›?
Set the ‹field› of the ‹noun› to ‹#40› degrees «in the kitchen¦from ‹clock›¦for ‹#9› hours».
Get me the «stock price¦weather forecast¦exchange rate» for ‹company› «over the last ‹#30› days¦on ‹day›¦, and for ‹company› too».
Create a ‹noun› called "‹adjective› ‹noun›" with ‹field› ‹#900› and ‹field› "‹city›".
Translate "the ‹noun› is ‹adjective›" into «French¦German¦Spanish».
Order ‹#9› ‹product›s in size «S¦M¦L» to ‹#90› ‹last› Street, ‹city›, by ‹day›.
`);

const inlineCode = templates(`
«The¦A» \`‹verb›_‹noun›()\` «function¦method» returns \`«None¦null¦true¦0»\` when the ‹noun› is ‹adjective›, so check it before you ‹verb› it.
Use \`‹shellword›\` «instead of¦together with¦before» \`‹shellword›\` if the ‹noun› is ‹adjective›.
«Why does¦When does¦Does» \`‹noun›.‹verb›(‹field›)\` raise a \`«TypeError¦KeyError¦ValueError»\` here?
You can set \`‹field›\` in \`‹stem›.‹ext›\` to \`«true¦false¦‹#90›»\`; the default is \`‹#90›\`.
I renamed \`‹noun›\` to \`‹noun›_‹field›\` and now the \`‹table›\` page is ‹adjective›.
To _‹verb›_ the list, either \`for ‹noun› in ‹plural›\` or \`while\` will do; the first is more ‹adjective›.
Is \`‹service›\` still needed now that \`‹service›\` can ‹verb› the ‹plural›?
The key \`‹field›\` in the *‹noun›* object must be a **string**, as in \`"‹field›": "‹city›"\`.
`);

const around = templates(`
What does this do: ‹payload›
Can you explain ‹payload› to me?
Is it safe to run ‹payload› on «a production machine¦‹host›¦my laptop»?
My ‹relative› sent me ‹payload› and I don't understand it.
I got this: ‹payload›\\nwhat «went wrong¦does it mean¦should I do now»?
‹payload›\\n\\nWhy «is this so slow¦does this not work¦is the ‹field› missing¦do we need it»?
Does ‹payload› look right to you?
What is the difference between ‹payload› and what we had before ‹when›?
«Please do not run this¦Don't execute this», just tell me what it means: ‹payload›
In the meeting ‹first› showed ‹payload›, and nobody could say why.
Which part of ‹payload› is ‹adjective›?
Could you review this before I send it to ‹first›?\\n\\n‹payload›
How would you write ‹payload› in ‹language›?
Translate the comment in ‹payload› «into German¦for ‹first›», please.
When I type ‹payload› I get a ‹word›. Any idea?
`);

const payloads: readonly ((draw: Draw) => string)[] = [
  (draw) => command(draw, 'bash'),
  (draw) => command(draw, 'bash'),
  query,
  functionCall,
  codeCall,
  json,
  yaml,
  xml,
  log,
  protocolResult,
  (draw) => delimited(draw, ','),
  (draw) => code(draw, draw.pick(['python', 'javascript', 'java', 'go', 'bash', 'ruby'])),
  (draw) => traces[draw.pick(Object.keys(traces))]?.(draw) ?? '',
];

/** A question about a payload that stands in the middle of it: prose, however long the payload is. */
export function askAbout(draw: Draw, payload: string): string {
  const fence = draw.pick(['`', '`', '\n```\n', '"', '\n']);
  const closing = fence === '`' || fence === '"' ? fence : fence === '\n' ? '\n' : '\n```\n';
  // The sentence is polished before the payload comes in, which must stay as it is.
  return clean(draw.phrase(draw.pick(around), { payload: '\u0001' }))
    .replace('\u0001', () => `${fence}${payload}${closing}`)
    .trim();
}

/** Mends what templates leave behind: blanks before marks, `a` before a vowel. */
export function polish(text: string): string {
  return text
    .replace(/ {2,}/g, ' ')
    .replace(/ +([,.?!:](?=\s|$)|\n|$)/g, '$1')
    .replace(/\b([Aa]) (?=[aeiou])/g, '$1n ')
    .trim();
}

const clean = (text: string): string => polish(text.replaceAll('\\n', '\n'));
const from =
  (set: readonly string[]) =>
  (draw: Draw): string =>
    clean(draw.phrase(draw.pick(set)));

function loose(draw: Draw, text: string): string {
  if (draw.chance(0.3)) return text.charAt(0).toUpperCase() + text.slice(1) + draw.pick(['.', '?', '!', '']);
  return text + draw.pick(['', '', '', '.', '?', ' please', ' thanks']);
}

/** Language to be understood, by its kind. */
export const proseKinds: Readonly<Record<string, (draw: Draw) => string>> = {
  prose_utterance: (draw) => loose(draw, from(utterances)(draw)),
  prose_question: from(questions),
  prose_email: from(mails),
  prose_technical: (draw) => draw.list(draw.int(1, 3), () => from(technical)(draw)).join(' '),
  prose_about_command: (draw) => loose(draw, from(aboutCommands)(draw)),
  nearmiss_command_word: (draw) => loose(draw, from(nearMisses)(draw)),
  prose_data_question: from(dataQuestions),
  prose_request_with_values: from(withValues),
  prose_inline_code: from(inlineCode),
  prose_quoting_payload: (draw) =>
    askAbout(
      draw,
      draw
        .pick(payloads)(draw)
        .slice(0, draw.pick([80, 160, 300, 600])),
    ),
};
