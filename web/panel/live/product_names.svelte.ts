import { ask, parse } from '../../api/client';
import { Table } from '../../api/table';
import type { Report } from '../../api/types';
import { askProducts, learnProducts, valueName } from '../../filter/value_name.svelte';
import { shop } from '../../state/shop.svelte';
import { productsOf, type LiveDocument } from './document';

/** The products that sell most are known from the start. */
const FIRST = 1000;
/** The others are asked for as they come, those of so long a time at once. */
const GATHER_MS = 1000;

/** The names of products and the definitions of figures, from a report. Without a warehouse there are none. */
export class ProductNames {
  #table = $state.raw<Table | null>(null);
  #wanted = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Of the products sold from one day to another. */
  async load(from: string, to: string): Promise<void> {
    const query = new URLSearchParams({ from, to, limit: String(FIRST) });
    try {
      const table = new Table(parse<Report>(await ask(`/api/reports/top_products?${query}`)));
      learnProducts(table);
      this.#table = table;
    } catch {
      // Numbers stay numbers.
    }
  }

  /** Whether the first of them have come. */
  get loaded() {
    return this.#table !== null;
  }

  /** Asks for those of a document that are not known. */
  learn(document: LiveDocument) {
    for (const id of productsOf(document)) this.#wanted.add(id);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void askProducts([...this.#wanted].sort(), shop.known);
      this.#wanted.clear();
    }, GATHER_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  of(id: string): string {
    return valueName('product', id);
  }

  definition(figure: string): string {
    return this.#table?.column(figure).definition ?? '';
  }
}
