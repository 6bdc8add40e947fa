import type { Table } from '../../api/table';
import type { Cell } from '../../api/types';
import { linesOf, rows } from '../../state/rows.svelte';

/** Shows the lines behind a figure of a product; null of a figure that is not made of lines. */
export function behindProduct(table: Table, row: readonly Cell[], column: string): (() => void) | null {
  const line = linesOf(column);
  const product = table.text(row, 'product_id');
  const title = `${table.column(column).label}: ${table.text(row, 'name')}`;
  return line && (() => rows.show({ title, only: { product: [product], line } }));
}
