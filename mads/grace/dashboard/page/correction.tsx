import { useState } from 'preact/hooks';
import type { Outcome } from '../../../../engine/core/decision.ts';
import type { Explanation } from '../explanation.ts';
import { api, faultOf, type Correction } from './api.ts';
import { ToolCallFields, argumentsOf, templateOf } from './tool-call-fields.tsx';

type Verdict = 'right' | 'wrong';
type Better = 'llm' | 'tool' | 'reply';

const betters: Readonly<Record<Better, string>> = {
  llm: 'It should have gone to the LLM',
  tool: 'It should have called a tool',
  reply: 'It should have answered',
};

/** The word of a person on this route. It is about what settled the message, whichever visit was opened. */
export function CorrectionForm(props: { readonly explanation: Explanation; readonly onStored: () => void }) {
  const { decision, visits, tools } = props.explanation;
  const target = visits.find((visit) => visit.settled && !visit.shadow) ?? decision;
  const possible: readonly Better[] =
    target.tier === 'imperator' || !target.settled ? ['tool', 'reply'] : ['llm', 'tool', 'reply'];
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [better, setBetter] = useState<Better>(possible[0] ?? 'tool');
  const [tool, setTool] = useState(tools[0]?.name ?? '');
  const [values, setValues] = useState(() => templateOf(tools[0], target.outcome));
  const [reply, setReply] = useState('');
  const [note, setNote] = useState('');
  const [stored, setStored] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);

  const correction = (): Correction | string => {
    const base = { decision_id: target.id, ...(note.trim() === '' ? {} : { note: note.trim() }) };
    if (verdict !== 'wrong') return { ...base, correct: true };
    let outcome: Outcome | undefined;
    if (better === 'tool') {
      const given = argumentsOf(values);
      if (tool === '') return 'Name the tool that should have been called.';
      if (given === null) return 'The arguments must be one JSON object.';
      outcome = { kind: 'tool-call', name: tool, arguments: given };
    }
    if (better === 'reply') {
      if (reply.trim() === '') return 'Write the answer that would have been right.';
      outcome = { kind: 'reply', text: reply.trim() };
    }
    return { ...base, correct: false, ...(outcome === undefined ? {} : { outcome }) };
  };
  const store = async (event: Event): Promise<void> => {
    event.preventDefault();
    const given = correction();
    if (typeof given === 'string') return setFault(given);
    try {
      const { id } = await api.feedback(given);
      setStored(id);
      setFault(null);
      setVerdict(null);
      setNote('');
      props.onStored();
    } catch (error) {
      setFault(faultOf(error).message);
    }
  };
  const chooseTool = (name: string): void => {
    setTool(name);
    setValues(
      templateOf(
        tools.find((one) => one.name === name),
        target.outcome,
      ),
    );
  };
  return (
    <form class="correction" aria-labelledby="correction-title" onSubmit={(event) => void store(event)}>
      <h3 id="correction-title">{target.settled ? 'Was that right?' : 'Should it have been settled?'}</h3>
      <fieldset class="verdicts">
        <legend class="unseen">Your word on this route</legend>
        {(['right', 'wrong'] as const).map((value) => (
          <label key={value}>
            <input type="radio" name="verdict" checked={verdict === value} onChange={() => setVerdict(value)} />
            <span>{verdictText(value, target.settled)}</span>
          </label>
        ))}
      </fieldset>
      {verdict === 'wrong' && (
        <fieldset class="betters">
          <legend>What should have happened?</legend>
          {possible.map((value) => (
            <label key={value}>
              <input type="radio" name="better" checked={better === value} onChange={() => setBetter(value)} />
              <span>{betters[value]}</span>
            </label>
          ))}
          {better === 'tool' && (
            <ToolCallFields tools={tools} tool={tool} onTool={chooseTool} values={values} onValues={setValues} />
          )}
          {better === 'reply' && (
            <label class="field">
              <span>Answer</span>
              <textarea rows={3} value={reply} onInput={(event) => setReply(event.currentTarget.value)} />
            </label>
          )}
        </fieldset>
      )}
      {verdict !== null && (
        <>
          <label class="field">
            <span>Note (may stay empty)</span>
            <input type="text" value={note} onInput={(event) => setNote(event.currentTarget.value)} />
          </label>
          <div class="buttons">
            <button type="submit" class="primary">
              Store
            </button>
          </div>
        </>
      )}
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <p class="stored" role="status">
        {stored !== null && `Stored as ${stored}. The next training of ${decision.role} learns it.`}
      </p>
    </form>
  );
}

function verdictText(verdict: Verdict, isSettled: boolean): string {
  if (isSettled) return verdict === 'right' ? 'Right' : 'Wrong';
  return verdict === 'right' ? 'Passing it up was right' : 'A tier should have settled it';
}
