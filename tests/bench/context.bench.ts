/**
 * What the context tier's parts cost and save: a choice among many candidates, an index over many turns (time, size, searching), data in shorter forms,
 * the part of a prompt that stays as it was, counting tokens. Prints one JSON document.
 * `node tests/bench/context.bench.ts [turns of the index, default 1000000]`
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { log } from '../../datasets/sample/logs.ts';
import { delimited, json } from '../../datasets/sample/data-formats.ts';
import { Draw } from '../../datasets/sample/draw.ts';
import { openAnswer, openQuestion } from '../../datasets/sample/open-talk.ts';
import { TextIndex, type NewText } from '../../datasets/search/text-index.ts';
import type { Message } from '../../engine/core/message.ts';
import { seededRandom } from '../../engine/core/random.ts';
import { CetTier } from '../../engine/tiers/cet.ts';
import { promptMessages } from '../../engine/tiers/context-prompt.ts';
import { textOf } from '../../engine/core/message.ts';
import type { Candidate } from '../../engine/core/candidate-source.ts';
import { CetModel } from '../../models/cet/model.ts';
import { contextDesk } from '../support/context-desk.ts';
import { shortData } from '../../models/cet/short-data.ts';
import { openTokenizer } from '../../models/text/tokenizer.ts';
import { quantiles } from '../../training/bench/coverage.ts';

const [turns = '1000000'] = process.argv.slice(2);
const draw = new Draw(1);
const tokenizer = await openTokenizer('gpt-4o');

/** Words of a skewed choice: few are common, many are rare, as in talk. */
function turn(random: () => number): string {
  const words = Array.from({ length: 12 }, () => `w${Math.floor(60_000 * random() ** 4).toString(36)}`);
  return words.join(' ');
}

function indexFigures(count: number) {
  const folder = mkdtempSync(join(tmpdir(), 'context-bench-'));
  const path = join(folder, 'history.sqlite');
  try {
    const random = seededRandom(2);
    const index = new TextIndex(path);
    const begun = performance.now();
    for (let at = 0; at < count; at += 500) {
      const texts = Array.from({ length: Math.min(500, count - at) }, (_, place): NewText => {
        const number = at + place;
        const conversation = Math.floor(number / 20);
        const marks = [`person ${conversation % 1000}`];
        const head = {
          id: `m${number}`,
          source: `c${conversation}`,
          scope: 'desk',
          kind: 'turn',
          speaker: 'ada',
          marks,
        };
        return { ...head, time: number, place: '', text: turn(random) };
      });
      index.add(texts);
    }
    const seconds = (performance.now() - begun) / 1000;
    const search = (mark?: string) => {
      const times: number[] = [];
      for (let query = 0; query < 200; query += 1) {
        const text = turn(random);
        const started = performance.now();
        index.search({ text, scope: 'desk', limit: 40, ...(mark === undefined ? {} : { mark }) });
        times.push(performance.now() - started);
      }
      return quantiles(times);
    };
    const figures = { turns: count, seconds, searchMs: search(), searchOfOnePersonMs: search('person 7') };
    index.close();
    return { ...figures, bytes: statSync(path).size, peakRssMb: process.resourceUsage().maxRSS / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Questions among many candidates that were read before, reading a turn that arrives, and saying why; one thread. */
async function choiceFigures() {
  const model = new CetModel();
  const { seconds } = await model.fit(contextDesk(1, 40), { seed: 1 });
  const random = seededRandom(3);
  const own = new Draw(4);
  const text = () => (random() < 0.5 ? openQuestion(own) : openAnswer(own));
  const all = Array.from({ length: 10_000 }, (_, at): Candidate => {
    const said = text();
    const speaker = at % 2 === 0 ? 'ada' : 'bob';
    return { id: `m${at}`, text: said, kind: 'turn', speaker, time: at * 60_000, tokens: tokenizer.count(said) };
  });
  const timed = async (times: number, work: () => Promise<unknown>) => {
    const taken: number[] = [];
    const before = process.cpuUsage();
    for (let at = 0; at < times; at += 1) {
      const started = performance.now();
      await work();
      taken.push(performance.now() - started);
    }
    const { user, system } = process.cpuUsage(before);
    // what it costs however busy the machine is
    return { ...quantiles(taken), meanOfProcessor: (user + system) / 1000 / times };
  };
  const among: Record<string, unknown> = {};
  for (const [count, times] of [
    [100, 200],
    [1000, 200],
    [10_000, 30],
  ] as const) {
    const candidates = all.slice(0, count);
    await model.remember(candidates);
    const ask = () => model.predict([{ query: openQuestion(own), candidates }]);
    await timed(10, ask);
    among[`among${count}`] = await timed(times, ask);
  }
  let fresh = 0;
  const encodeTurn = await timed(200, () =>
    model.remember([{ ...all[fresh]!, text: `${all[fresh]!.text} (${(fresh += 1)})` }]),
  );
  const candidates = all.slice(0, 1000);
  const reasonsAmong1000 = await timed(20, () => model.reasons({ query: openQuestion(own), candidates }));
  const bytes = model.bytes;
  await model.dispose();
  return { trainSeconds: seconds, modelBytes: bytes, ...among, encodeTurn, reasonsAmong1000 };
}

/** Tokens before and after, of generated data of each kind. */
function shortFigures() {
  const kinds = { json, log, csv: (one: Draw) => delimited(one, ','), markdownTable: markdown, records } as const;
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, make]) => {
      let [before, after, shortened] = [0, 0, 0];
      for (let at = 0; at < 300; at += 1) {
        const text = make(draw);
        const short = shortData(text)?.text ?? text;
        before += tokenizer.count(text);
        after += Math.min(tokenizer.count(short), tokenizer.count(text));
        if (short !== text) shortened += 1;
      }
      return [kind, { n: 300, shortened: shortened / 300, tokensKept: after / before }];
    }),
  );
}

function records(one: Draw): string {
  const rows = Array.from({ length: one.int(3, 20) }, (_, id) => ({
    id,
    name: one.phrase('‹noun›'),
    price: one.int(1, 900),
  }));
  return JSON.stringify(rows, null, 2);
}

function markdown(one: Draw): string {
  const rows = Array.from(
    { length: one.int(3, 20) },
    (_, id) => `| ${id} | ${one.phrase('‹noun›')} | ${one.int(1, 900)} |`,
  );
  return ['| id | name | price |', '|----|------|-------|', ...rows].join('\n');
}

/** Share of each prompt that is the beginning of the one before, and which an LLM server's cache can serve. */
async function prefixFigures(keepsPrefix: boolean): Promise<number> {
  const tier = new CetTier(null, { modelId: '', contextTokens: 2048, tokenizer, keepsPrefix });
  const own = new Draw(5);
  const history: Message[] = [];
  let [shared, all] = [0, 0];
  let before = '';
  for (let at = 0; at < 300; at += 1) {
    const author = at % 2 === 0 ? 'user' : 'assistant';
    const text = author === 'user' ? openQuestion(own) : openAnswer(own);
    const head = {
      id: `m${at}`,
      conversation: 'c',
      author,
      sender: author,
      recipient: 'desk',
      time: at * 1000,
    } as const;
    const message: Message = { ...head, parts: [{ kind: 'text', text, provenance: 'caller' }] };
    if (author === 'user') {
      const given = { message, history: [...history], role: 'desk', tools: [] };
      const { prepared } = await tier.consider(given);
      const prompt = promptMessages({ ...given, prepared: prepared! })
        .slice(0, -1)
        .map(textOf)
        .join('\n');
      let same = 0;
      while (same < prompt.length && prompt[same] === before[same]) same += 1;
      if (at > 150) [shared, all] = [shared + tokenizer.count(prompt.slice(0, same)), all + tokenizer.count(prompt)];
      before = prompt;
    }
    history.push(message);
  }
  return shared / all;
}

function countFigures() {
  const text = Array.from({ length: 200 }, () => openAnswer(draw)).join('\n');
  const started = performance.now();
  const tokens = tokenizer.count(text);
  return { tokens, tokensPerSecond: Math.round((1000 * tokens) / (performance.now() - started)) };
}

const figures = {
  choiceMs: await choiceFigures(),
  index: indexFigures(Number(turns)),
  shortData: shortFigures(),
  stablePrefix: { kept: await prefixFigures(true), notKept: await prefixFigures(false) },
  counting: countFigures(),
};
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
