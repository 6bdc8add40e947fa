import { askProducts } from '../../filter/value_name.svelte';
import { shop } from '../../state/shop.svelte';
import { kpiOf, type LiveDocument } from './document';

/** Products that come one after the other are asked for together, those of so long a time. */
const GATHER_MS = 1000;

const productsOf = (document: LiveDocument) =>
  [
    ...document.orders.map((line) => line.product_id),
    ...(kpiOf(document, 'product_revenue')?.by['product_id'] ?? []).map(({ member }) => member),
  ].filter((id) => id !== null && id !== '') as string[];

/** Asks for the names of the products that the live figures name: at once, then by the second. */
export class ProductNames {
  #newest: LiveDocument | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  learn(document: LiveDocument) {
    this.#newest = document;
    if (this.#timer === undefined) this.#ask();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #ask() {
    this.#timer = undefined;
    if (!this.#newest) return;
    void askProducts(productsOf(this.#newest), shop.known);
    this.#newest = null;
    this.#timer = setTimeout(() => this.#ask(), GATHER_MS);
  }
}
