import type { Dimension } from '../api/types';
import { address } from '../state/address.svelte';
import { DIMENSIONS, read, write, type Choice } from './choice';
import { DEFAULT_PRESET, type Range } from './period';

/** The filter bar's choice, read from the address and changed only by changing the address. */
class Filters {
  readonly choice = $derived(read(address.search));
  readonly chosen = $derived(
    DIMENSIONS.flatMap(({ id, label }) => this.choice.values[id].map((value) => ({ id, label, value }))),
  );

  toggle(dimension: Dimension, value: string) {
    const now = this.choice.values[dimension];
    this.#values(dimension, now.includes(value) ? now.filter((each) => each !== value) : [...now, value]);
  }

  /** Chooses these values of several dimensions, or drops them all when they are just what is chosen. */
  choose(wanted: Partial<Record<Dimension, string>>) {
    const entries = Object.entries(wanted) as [Dimension, string][];
    const chosen = entries.every(([id, value]) => this.choice.values[id].join('\n') === value);
    const values = { ...this.choice.values };
    for (const [id, value] of entries) values[id] = chosen ? [] : [value];
    this.#set({ values });
  }

  clear(dimension?: Dimension) {
    if (dimension) return this.#values(dimension, []);
    const values = { ...this.choice.values };
    for (const { id } of DIMENSIONS) values[id] = [];
    this.#set({ values });
  }

  period(period: string | Range) {
    this.#set({ period });
  }

  compare(compare: boolean) {
    this.#set({ compare });
  }

  measure(measure: string) {
    this.#set({ measure });
  }

  reset() {
    address.go(address.path);
  }

  get isDefaultPeriod() {
    return this.choice.period === DEFAULT_PRESET;
  }

  #values(dimension: Dimension, values: string[]) {
    this.#set({ values: { ...this.choice.values, [dimension]: values } });
  }

  #set(change: Partial<Choice>) {
    address.go(address.path + write({ ...this.choice, ...change }));
  }
}

export const filters = new Filters();
