import { Resource } from '../api/resource.svelte';
import type { Shop, Status } from '../api/types';
import { Format } from '../format/format';

const STATUS_EVERY_MS = 15_000;
const CLOCK_EVERY_MS = 10_000;

/** What every page needs to know: the shop, how its figures are written, and how the program is. */
class ShopState {
  readonly answer = new Resource<Shop>();
  readonly status = new Resource<Status>();
  /** The moment that "3 min ago" counts from. */
  now = $state(Date.now());

  readonly data = $derived(this.answer.data);
  readonly known = $derived({ first: this.data?.first_day ?? null, last: this.data?.last_day ?? null });
  readonly #currency = $derived(this.data?.currency || 'EUR');
  readonly #zone = $derived(this.data?.time_zone || 'UTC');
  readonly format = $derived(new Format(this.#currency, this.#zone));

  load() {
    void this.answer.load('/api/shop');
    this.#ask();
  }

  /** Asks how the program is from time to time, until the function it returns is called. */
  watch(): () => void {
    const status = setInterval(() => this.#ask(), STATUS_EVERY_MS);
    const clock = setInterval(() => (this.now = Date.now()), CLOCK_EVERY_MS);
    this.now = Date.now();
    return () => {
      clearInterval(status);
      clearInterval(clock);
    };
  }

  #ask() {
    void this.status.load('/api/status');
  }
}

export const shop = new ShopState();
