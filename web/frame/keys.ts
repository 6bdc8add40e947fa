import { address } from '../state/address.svelte';
import { theme } from '../state/theme.svelte';
import { PAGES, wayTo } from './pages';

const SECOND_KEY_MS = 1200;

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio'));

/** The keys that work everywhere on the page. Returns the listener. */
export function pageKeys(showKeys: () => void): (event: KeyboardEvent) => void {
  let goUntil = 0;
  const go = (key: string) => {
    const page = PAGES.find((each) => each.key === key);
    if (page) address.go(wayTo(page, address.path, address.search));
  };
  const actions: Record<string, () => void> = {
    '/': () => document.querySelector<HTMLElement>('[data-filter]')?.focus(),
    '?': showKeys,
    t: theme.next,
    g: () => (goUntil = Date.now() + SECOND_KEY_MS),
  };
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target))
      return;
    if (document.querySelector('dialog[open]')) return;
    if (Date.now() < goUntil) {
      goUntil = 0;
      go(event.key);
      return;
    }
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
}
