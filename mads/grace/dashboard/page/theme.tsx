import { useState } from 'preact/hooks';

export type Theme = 'system' | 'light' | 'dark';
const key = 'thought-engine-theme';
const themes: readonly Theme[] = ['system', 'light', 'dark'];
const names: Readonly<Record<Theme, string>> = { system: 'Auto', light: 'Light', dark: 'Dark' };
const signs: Readonly<Record<Theme, string>> = { system: '◐', light: '○', dark: '●' };

export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(key);
    return themes.find((theme) => theme === stored) ?? 'system';
  } catch {
    return 'system'; // storage may be forbidden
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** Goes round: as the system says, light, dark. */
export function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme());
  const change = (): void => {
    const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
    setTheme(next);
    applyTheme(next);
    try {
      localStorage.setItem(key, next);
    } catch {
      // stays for this visit
    }
  };
  return (
    <button type="button" class="quiet" onClick={change} aria-label={`Colours: ${names[theme]}; change`}>
      <span aria-hidden="true">{signs[theme]}</span> {names[theme]}
    </button>
  );
}
