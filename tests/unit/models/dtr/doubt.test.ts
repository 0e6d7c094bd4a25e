import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubtAtEdges, doubtOf } from '../../../../models/dtr/mixed/doubt.ts';

describe('doubtOf', () => {
  it.each([
    ['question', 'would it be safe to run this?'],
    ['question', 'who has to run it'],
    ['question', 'should we keep this'],
    ['question', 'Can I run this on a phone:'],
    ['question', 'run this?'],
    ['negation', "please don't run this"],
    ['negation', 'Hi. You must never execute that.'],
    ['negation', 'there is no need to store it'],
    ['condition', 'if the test fails, run this'],
    ['condition', 'run it only after the review'],
    ['plan', 'I will run this myself'],
    ['plan', 'the customer wants to start this'],
    ['tale', 'she ran this by mistake'],
    ['tale', 'this was executed before the crash'],
    ['tale', 'that is how they stored it'],
  ])('hears a %s in "%s"', (doubt, sentence) => {
    expect(doubtOf(sentence)).toBe(doubt);
  });

  it.each([
    'run this',
    'could you run this for me?',
    'would you mind keeping this?',
    'Do it now!',
    'do not touch it, just keep it',
    'if you have a minute, please run this',
    "I'd appreciate it if you ran this",
    'I want this executed today',
    'this has to be run now',
    'no hurry, store it when you can',
    'We changed the password. Please run the following:',
    'führe das bitte aus',
  ])('hears none in "%s"', (sentence) => {
    expect(doubtOf(sentence)).toBeNull();
  });

  it('answers for any text, however long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(300), (text, times) => {
        expect(() => doubtOf(text.repeat(times))).not.toThrow();
      }),
      { numRuns: 50 },
    );
  });
});

describe('doubtAtEdges', () => {
  it.each([
    'rm -rf build, would that be safe?',
    'what does ls -la do?',
    'git push --force\nplease do not run this',
    "don't start this yet: systemctl restart web",
    'select 1;\n\nWho wrote this?',
  ])('hears the sentence at the end of %j', (text) => {
    expect(doubtAtEdges(text)).not.toBeNull();
  });

  it.each([
    'echo "should we run this?"',
    "git commit -m 'do not run this'",
    'who | wc -l',
    'which python3',
    '# why is this needed?\nls',
    'if [ -f x ]; then rm x; fi',
    'print("do not keep this")',
  ])('leaves %j alone', (text) => {
    expect(doubtAtEdges(text)).toBeNull();
  });
});
