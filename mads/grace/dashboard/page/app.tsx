import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Overview } from '../overview.ts';
import { Accuracy } from './accuracy.tsx';
import type { ProgressEvent } from '../../../../engine/core/progress.ts';
import { useView, ranges, type View } from './address.ts';
import { api, faultOf, type RequestError } from './api.ts';
import { now } from './clock.ts';
import { ConversationPanel } from './conversation.tsx';
import { Coverage } from './coverage.tsx';
import { Decisions } from './decisions.tsx';
import { ExplanationPanel } from './explanation.tsx';
import { Figures } from './figures.tsx';
import { Header } from './header.tsx';
import { Jobs } from './jobs.tsx';
import { Latency } from './latency.tsx';
import { Learning } from './learning.tsx';
import { useLive } from './live.ts';
import { Models } from './models.tsx';
import { ProcessPage } from './process-view.tsx';
import { Processes } from './processes.tsx';
import { Share } from './share.tsx';
import { TokenDialog } from './token.tsx';

export function App() {
  const [view, change] = useView();
  const [overview, setOverview] = useState<Overview | null>(null);
  const [fault, setFault] = useState<RequestError | null>(null);
  const { role, range } = view;
  const newest = useRef(0);
  const load = useCallback(async (): Promise<void> => {
    const { ms } = ranges[range];
    const turn = (newest.current += 1);
    try {
      const question = { ...(role === null ? {} : { role }), ...(ms === null ? {} : { since: now() - ms }) };
      const found = await api.overview(question);
      if (turn !== newest.current) return; // another role or time was chosen meanwhile
      setOverview(found);
      setFault(null);
    } catch (error) {
      if (turn === newest.current) setFault(faultOf(error));
    }
  }, [role, range]);
  useEffect(() => void load(), [load]);
  const reload = (): void => void load();
  const isLocked = fault?.status === 401;
  const { connection, progress } = useLive(overview !== null && !isLocked, reload);
  return (
    <>
      <a class="skip" href={view.page === 'overview' ? '#decisions' : '#processes'}>
        {view.page === 'overview' ? 'To the decisions' : 'To the processes'}
      </a>
      <Header view={view} overview={overview} connection={connection} onChange={change} />
      <main>
        {isLocked && <TokenDialog onToken={reload} />}
        {fault !== null && !isLocked && (
          <p class="fault banner" role="alert">
            {fault.message}
          </p>
        )}
        {overview === null ? (
          fault === null && (
            <p class="muted banner" role="status">
              Reading the log …
            </p>
          )
        ) : (
          <>
            {view.page === 'overview' && (
              <OverviewPage overview={overview} view={view} {...{ progress, change, reload }} />
            )}
            {view.page === 'processes' && <ProcessesPage view={view} change={change} news={overview} />}
          </>
        )}
      </main>
      {view.conversation !== null && !isLocked && (
        <ConversationPanel
          key={view.conversation}
          id={view.conversation}
          onClose={() => change({ conversation: null })}
        />
      )}
      {view.decision !== null && !isLocked && (
        <ExplanationPanel
          key={view.decision}
          id={view.decision}
          onClose={() => change({ decision: null })}
          onStored={reload}
        />
      )}
    </>
  );
}

type Change = (change: Partial<View>) => void;

function OverviewPage(props: {
  readonly overview: Overview;
  readonly view: View;
  readonly progress: ReadonlyMap<string, ProgressEvent>;
  readonly change: Change;
  readonly reload: () => void;
}) {
  const { overview, view, progress, change, reload } = props;
  const { role } = view;
  return (
    <>
      <Figures overview={overview} role={role} />
      <div class="panels">
        <Share overview={overview} />
        <Accuracy overview={overview} />
        <Coverage overview={overview} />
        <Latency overview={overview} />
        <Jobs overview={overview} role={role} progress={progress} onChange={reload} />
        <Models overview={overview} onChange={reload} />
        <Learning overview={overview} onChange={reload} />
        <div id="decisions" class="wide" tabindex={-1}>
          <Decisions
            overview={overview}
            role={role}
            onRole={(next) => change({ role: next })}
            onOpen={(id) => change({ decision: id })}
          />
        </div>
      </div>
    </>
  );
}

function ProcessesPage(props: { readonly view: View; readonly change: Change; readonly news: unknown }) {
  const { view, change, news } = props;
  const { process } = view;
  return (
    <div class="panels" id="processes" tabindex={-1}>
      {process === null ? (
        <Processes role={view.role} news={news} onOpen={(of) => change({ process: of })} />
      ) : (
        <ProcessPage
          key={`${process.role} ${process.name}`}
          of={process}
          onConversation={(id) => change({ conversation: id })}
          onChange={(next) => change({ process: next })}
          onBack={() => change({ process: null })}
        />
      )}
    </div>
  );
}
