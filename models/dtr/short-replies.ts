import type { Random } from '../../engine/core/clock.ts';

/**
 * What people type when they answer a question: one word or two, no mark. Logs of commands hold few of these, and a
 * router that never saw them takes any lone word for a command. Written for this project.
 */
const words =
  'yes no yep nope yeah nah ok okay sure fine great good thanks perfect right correct wrong exactly maybe perhaps never always none both either neither all some several many few one two three four five six seven eight nine ten first second third last another again later soon today tomorrow yesterday tonight morning noon afternoon evening night monday tuesday wednesday thursday friday saturday sunday january march may june october december continue proceed next back skip stop cancel wait ready done finished help repeat please sorry hello hi hey goodbye bye cheers welcome red green blue black white large small medium big long short cheap expensive fast slow hot cold warm new old north south east west left right upstairs downstairs home work school office hotel airport station restaurant kitchen garden city town centre street road bridge river lake mountain beach car bus train taxi bike plane boat foot coffee tea water bread cheese chicken fish rice pasta pizza salad soup apple music film book game news weather money card cash account doctor teacher manager customer friend family mother father brother sister child dog cat bird house room window door table chair bed phone computer letter email message picture number name address age birthday holiday party meeting lunch dinner breakfast price bill order ticket flight seat key bag shirt shoes size colour cancelled confirmed approved rejected unknown nothing everything anything someone anyone whatever interesting boring beautiful terrible awesome cool nice lovely true false agreed understood indeed absolutely definitely probably hardly almost only more less better worse higher lower earlier cheaper faster closer';
const vocabulary: readonly string[] = words.split(' ');

const pairs = [
  'not now',
  'not yet',
  'not really',
  'not sure',
  'no thanks',
  'no thank you',
  'yes please',
  'thank you',
  'of course',
  'why not',
  'never mind',
  'go on',
  'all good',
  'sounds good',
  'got it',
  'no idea',
  'me too',
  'same here',
  'at noon',
  'in the morning',
  'next week',
  'last month',
  'this one',
  'that one',
  'the second',
  'the first one',
  'any time',
  'as soon as possible',
  'a bit later',
  'more please',
  'one more',
  'too expensive',
  'much better',
  'with milk',
  'by train',
  'on foot',
  'by email',
  'my account',
  'my address',
  'credit card',
  'two people',
  'two nights',
  'half past six',
  'around eight',
  'new york',
  'san francisco',
  'the hague',
  'city centre',
  'east side',
  'ground floor',
  'main street',
  'old town',
  'blue jacket',
  'extra large',
  'window seat',
  'vegetarian food',
  'live music',
  'good morning',
  'good night',
  'see you',
  'take care',
  'well done',
  'oh no',
  'hmm okay',
  'i see',
  'i agree',
  'i forgot',
  'it depends',
  'does not matter',
  'whatever you like',
] as const;

/** `count` short replies, some with a mark or a capital. */
export function drawShortReplies(count: number, random: Random): string[] {
  const pick = (items: readonly string[]): string => items[Math.floor(random() * items.length)] as string;
  return Array.from({ length: count }, () => {
    const roll = random();
    const reply = roll < 0.55 ? pick(vocabulary) : roll < 0.8 ? pick(pairs) : `${pick(vocabulary)} ${pick(vocabulary)}`;
    const cased = random() < 0.35 ? reply.slice(0, 1).toUpperCase() + reply.slice(1) : reply;
    return random() < 0.12 ? `${cased}${pick(['.', '!', '?'])}` : cased;
  });
}
