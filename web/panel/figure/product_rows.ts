import type { Table } from '../../api/table';
import type { Cell } from '../../api/types';
import { behind } from '../../state/rows.svelte';

/** Shows what a figure of a product is made of; null of one of which there is no list. */
export function behindProduct(table: Table, row: readonly Cell[], column: string): (() => void) | null {
  const title = `${table.column(column).label}: ${table.text(row, 'name')}`;
  return behind(column, title, { product: [table.text(row, 'product_id')] });
}
