import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** A titled part of the page. `hint` says in one line how to read it. */
export function Panel(props: {
  readonly title: string;
  readonly hint?: ComponentChildren;
  readonly action?: ComponentChildren;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class={props.wide === true ? 'panel wide' : 'panel'} aria-labelledby={id}>
      <header class="panel-head">
        <div>
          <h2 id={id}>{props.title}</h2>
          {props.hint !== undefined && <p class="hint">{props.hint}</p>}
        </div>
        {props.action !== undefined && <div class="panel-action">{props.action}</div>}
      </header>
      {props.children}
    </section>
  );
}

/** Nothing to show yet, and what to do about it. */
export function Empty(props: {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly command?: string;
}) {
  return (
    <div class="empty">
      <p class="empty-title">{props.title}</p>
      <p>{props.children}</p>
      {props.command !== undefined && (
        <pre tabindex={0} aria-label="Command to type">
          <code>{props.command}</code>
        </pre>
      )}
    </div>
  );
}
