import { useEffect, useState } from 'preact/hooks';
import type { Conversation } from '../../../../engine/core/conversation.ts';
import { api, faultOf } from './api.ts';
import { Dialog } from './dialog.tsx';
import { MessageView } from './explanation.tsx';
import { fullTime } from './format.ts';

/** A conversation as it stands in the log. */
export function ConversationPanel(props: { readonly id: string; readonly onClose: () => void }) {
  const [found, setFound] = useState<Conversation | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    api.conversation(props.id).then(setFound, (error: unknown) => setFault(faultOf(error).message));
  }, [props.id]);
  return (
    <Dialog kind="side" title={`Conversation ${props.id}`} onClose={props.onClose}>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {found === null && fault === null && <p class="muted">Reading the log …</p>}
      {found !== null && (
        <ol class="plain talk">
          {found.messages.map((message) => (
            <li key={message.id} data-author={message.author}>
              <p class="muted meta">
                {message.sender} · <time dateTime={new Date(message.time).toISOString()}>{fullTime(message.time)}</time>
              </p>
              <MessageView message={message} />
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}
