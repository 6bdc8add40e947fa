import type { Attachment } from 'svelte/attachments';

const STOPS = ':is(button, input):not(:disabled, [tabindex="-1"]), a[href]';

/** Up and down (and Home, End) move the focus among the controls inside, as in a menu. */
export const arrowKeys: Attachment<HTMLElement> = (node) => {
  const move = (event: KeyboardEvent) => {
    const stops = [...node.querySelectorAll<HTMLElement>(STOPS)].filter((each) => each.offsetParent !== null);
    const now = stops.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: stops.length - 1 }[event.key];
    const typing =
      document.activeElement instanceof HTMLInputElement && document.activeElement.type === 'search';
    if (to === undefined || stops.length === 0 || (typing && (event.key === 'Home' || event.key === 'End')))
      return;
    event.preventDefault();
    stops[(to + stops.length) % stops.length]?.focus();
  };
  node.addEventListener('keydown', move);
  return () => node.removeEventListener('keydown', move);
};
