import { useState } from 'preact/hooks';
import { faultOf } from './api.ts';
import { Dialog } from './dialog.tsx';

/** Asks for another name; what the server has against it is said beside the field. */
export function RenameDialog(props: {
  readonly name: string;
  readonly onRename: (to: string) => Promise<void>;
  readonly onClose: () => void;
}) {
  const [to, setTo] = useState(props.name);
  const [fault, setFault] = useState<string | null>(null);
  const rename = (event: Event): void => {
    event.preventDefault();
    props.onRename(to.trim()).catch((error: unknown) => setFault(faultOf(error).message));
  };
  return (
    <Dialog kind="small" title={`Rename ${props.name}`} onClose={props.onClose}>
      <form onSubmit={rename}>
        <label class="field">
          <span>New name</span>
          <input type="text" value={to} maxLength={120} onInput={(event) => setTo(event.currentTarget.value)} />
        </label>
        {fault !== null && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
        <div class="buttons">
          <button type="button" onClick={props.onClose}>
            Leave it
          </button>
          <button type="submit" class="primary" disabled={to.trim() === '' || to.trim() === props.name}>
            Rename
          </button>
        </div>
      </form>
    </Dialog>
  );
}
