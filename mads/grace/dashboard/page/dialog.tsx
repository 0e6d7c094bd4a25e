import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/**
 * A modal dialog: the browser keeps the focus inside, Escape closes it, and the focus goes back to where it was.
 * A click beside it closes it too.
 */
export function Dialog(props: {
  readonly kind: 'side' | 'small';
  readonly title: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${props.kind}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) props.onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={id}>{props.title}</h2>
          {props.kind === 'side' && (
            <button type="button" class="quiet" onClick={props.onClose} aria-label="Close">
              <span aria-hidden="true">✕</span>
            </button>
          )}
        </header>
        {props.children}
      </div>
    </dialog>
  );
}

export function Confirmation(props: {
  readonly title: string;
  readonly act: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  return (
    <Dialog kind="small" title={props.title} onClose={props.onClose}>
      <p>{props.children}</p>
      <div class="buttons">
        <button type="button" onClick={props.onClose}>
          Leave it
        </button>
        <button type="button" class="primary" onClick={props.onConfirm}>
          {props.act}
        </button>
      </div>
    </Dialog>
  );
}
