import type { Cell, Column, Report } from './types';

type Row = readonly Cell[];

const UNKNOWN: Column = { name: '', label: '', type: 'text', unit: '', definition: '' };

/** Rows with what their columns are: a report, or less. */
export type Rows = Pick<Report, 'columns' | 'rows'> & Partial<Pick<Report, 'previous'>>;

/** Rows by the names of their columns. */
export class Table {
  readonly rows: readonly Row[];
  readonly previous: readonly Row[] | null;
  readonly #index: Map<string, number>;

  constructor(private readonly report: Rows) {
    this.rows = report.rows;
    this.previous = report.previous?.rows ?? null;
    this.#index = new Map(report.columns.map((column, index) => [column.name, index]));
  }

  column(name: string): Column {
    return this.report.columns[this.#index.get(name) ?? -1] ?? UNKNOWN;
  }

  has(name: string): boolean {
    return this.#index.has(name);
  }

  cell(row: Row | undefined, name: string): Cell {
    const index = this.#index.get(name);
    return (index === undefined ? undefined : row?.[index]) ?? null;
  }

  number(row: Row | undefined, name: string): number | null {
    const value = this.cell(row, name);
    return typeof value === 'number' ? value : null;
  }

  text(row: Row | undefined, name: string): string {
    const value = this.cell(row, name);
    return value === null ? '' : String(value);
  }

  /** The row of the previous period that speaks of the same thing. */
  before(row: Row, key: string): Row | undefined {
    const wanted = this.cell(row, key);
    return this.previous?.find((each) => this.cell(each, key) === wanted);
  }
}
