import { ask, parse } from '../../api/client';
import { Table } from '../../api/table';
import type { Report } from '../../api/types';

/** So many of the products that sell most are known by name; others are shown by their number. */
const MOST = 1000;

/** The names of products and the definitions of figures, from a report. Without a warehouse there are none. */
export class ProductNames {
  #names = $state.raw(new Map<string, string>());
  #table = $state.raw<Table | null>(null);

  /** Of the products sold from one day to another. */
  async load(from: string, to: string): Promise<void> {
    const query = new URLSearchParams({ from, to, limit: String(MOST) });
    try {
      const table = new Table(parse<Report>(await ask(`/api/reports/top_products?${query}`)));
      this.#names = new Map(
        table.rows.map((row) => [table.text(row, 'product_id'), table.text(row, 'name')]),
      );
      this.#table = table;
    } catch {
      // Numbers stay numbers.
    }
  }

  of(id: string): string {
    return this.#names.get(id) || id;
  }

  definition(figure: string): string {
    return this.#table?.column(figure).definition ?? '';
  }
}
