import type { Rows } from '../api/table';
import type { Cell, Report } from '../api/types';

export function save(name: string, content: Blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has begun the download by then; keeping the address alive would keep the bytes.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const quoted = (cell: Cell) => {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The rows as `souk report --format csv` gives them: every digit, no formats. */
export function csv(report: Rows): string {
  const lines = [report.columns.map((column) => column.name), ...report.rows];
  return lines.map((line) => line.map(quoted).join(',') + '\n').join('');
}

/** Rows that come from no report, with their heads. */
export const saveRows = (name: string, heads: readonly string[], rows: readonly (readonly Cell[])[]) =>
  save(
    name,
    new Blob([[heads, ...rows].map((line) => line.map(quoted).join(',') + '\n').join('')], {
      type: 'text/csv;charset=utf-8',
    }),
  );

export const fileName = (report: Report, ending: string) =>
  `${report.report}_${report.period.from}_${report.period.to}.${ending}`;

export const saveCsv = (report: Report) =>
  save(fileName(report, 'csv'), new Blob([csv(report)], { type: 'text/csv;charset=utf-8' }));
