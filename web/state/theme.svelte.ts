// Light, dark, or as the system says. public/theme.js has already set it before the first paint.

export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'souk.theme';
const NEXT: Record<ThemeChoice, ThemeChoice> = { system: 'light', light: 'dark', dark: 'system' };

function stored(): ThemeChoice {
  try {
    const choice = localStorage.getItem(KEY);
    return choice === 'light' || choice === 'dark' ? choice : 'system';
  } catch {
    return 'system';
  }
}

class Theme {
  choice = $state<ThemeChoice>(stored());
  #system = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    this.#system.addEventListener('change', () => this.#apply());
  }

  next = () => {
    this.choice = NEXT[this.choice];
    try {
      if (this.choice === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, this.choice);
    } catch {
      // Without storage the choice holds until the page is left.
    }
    this.#apply();
  };

  #apply() {
    const dark = this.choice === 'dark' || (this.choice === 'system' && this.#system.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }
}

export const theme = new Theme();
