import { address } from '../../state/address.svelte';
import { INTERVALS } from './feed.svelte';

/** How somebody looks at the page Live; the address holds it. */
class LiveView {
  readonly #query = $derived(new URLSearchParams(address.search));
  /** Seconds between two questions; 0: as the stream commits. */
  readonly interval = $derived(INTERVALS.find((each) => String(each) === this.#query.get('every')) ?? 0);
  /** The charts have the last minute by second in place of the last hour by minute. */
  readonly seconds = $derived(this.#query.get('by') === 'second');

  refresh(interval: number) {
    this.#set('every', interval ? String(interval) : null);
  }

  bySecond(seconds: boolean) {
    this.#set('by', seconds ? 'second' : null);
  }

  #set(name: string, value: string | null) {
    const query = new URLSearchParams(this.#query);
    if (value === null) query.delete(name);
    else query.set(name, value);
    const text = query.toString();
    address.go(address.path + (text ? `?${text}` : ''));
  }
}

export const view = new LiveView();
