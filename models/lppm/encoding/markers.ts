const patterns: readonly (readonly [string, RegExp])[] = [
  ['number', /\d/],
  ['long-number', /\d{5,}/],
  ['time', /\b\d{1,2}(:\d\d)?\s?(am|pm|a\.m|p\.m|o'?clock)\b|\b\d{1,2}:\d\d\b|\bnoon\b|\bmidnight\b/i],
  ['day', /\b(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?\b|\btoday\b|\btomorrow\b|\btonight\b|\bweekend\b/i],
  [
    'date',
    /\b\d{1,2}(st|nd|rd|th)\b|\b\d{1,4}[/-]\d{1,2}([/-]\d{2,4})?\b|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/i,
  ],
  [
    'yes',
    /^\W*(yes|yeah|yep|yup|sure|ok(ay)?|please|correct|right|of course|absolutely|go ahead|sounds good|perfect|great|that works)\b/i,
  ],
  ['no', /^\W*(no|nope|nah|not|don'?t|never|cancel)\b|\bno thank/i],
  ['thanks', /\bthank|\bthanks|\bthx\b|\bcheers\b/i],
  ['bye', /\bbye\b|\bgood ?bye\b|\bsee you\b|\bhave a (good|great|nice)\b/i],
  ['hello', /^\W*(hi|hello|hey|good (morning|afternoon|evening))\b/i],
  ['question', /\?/],
  ['asks', /^\W*(what|when|where|who|why|how|which|can|could|do|does|is|are|will|would)\b/i],
  ['name', /\b(i am|i'm|my name|name is|this is|it's|its)\b/i],
  ['change', /\b(actually|instead|change|rather|wait|sorry|oops|never ?mind)\b/i],
];

/** What kinds of things stand in a text: `number`, `time`, `yes`, ...; and how long it is. */
export function markersOf(text: string): string[] {
  const found: string[] = [];
  for (const [name, pattern] of patterns) if (pattern.test(text)) found.push(name);
  if (found.length < 14 && /(^|[a-z,] )[A-Z][a-z]+/.test(text)) found.push('capital');
  const length = text.length;
  found.push(length < 6 ? 'len0' : length < 20 ? 'len1' : length < 60 ? 'len2' : length < 150 ? 'len3' : 'len4');
  return found;
}
