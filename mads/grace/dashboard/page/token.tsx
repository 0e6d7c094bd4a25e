import { useState } from 'preact/hooks';
import { keepToken } from './api.ts';
import { Dialog } from './dialog.tsx';

/** Asks for the bearer token of the server; it is kept in a cookie of this page alone. */
export function TokenDialog({ onToken }: { readonly onToken: () => void }) {
  const [token, setToken] = useState('');
  const keep = (event: Event): void => {
    event.preventDefault();
    keepToken(token.trim());
    onToken();
  };
  return (
    <Dialog kind="small" title="This server needs its token" onClose={() => undefined}>
      <form onSubmit={keep}>
        <p>It is the one in THOUGHT_ENGINE_TOKEN, or in the settings file of the server.</p>
        <label class="field">
          <span>Token</span>
          <input
            type="password"
            autocomplete="current-password"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <div class="buttons">
          <button type="submit" class="primary" disabled={token.trim() === ''}>
            Open
          </button>
        </div>
      </form>
    </Dialog>
  );
}
