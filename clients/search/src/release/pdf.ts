/** The same file as a PDF: caveats above, below and on every page. Loaded when somebody releases one. */
import { jsPDF } from 'jspdf';
import { autoTable } from 'jspdf-autotable';
import { cellHeads, cellsOf } from '../rows.ts';
import { headOf, type Released } from './file.ts';

const margin = 36;

export const pdfOf = (released: Released): Blob => {
  const document = new jsPDF({ orientation: 'landscape', unit: 'pt', format: 'letter' });
  const width = document.internal.pageSize.getWidth() - 2 * margin;
  document.setProperties({ title: `Release ${released.id}` });
  document.setFontSize(14);
  document.text(printable(released.title), margin, margin + 18);
  autoTable(document, {
    startY: margin + 28,
    margin: { left: margin, right: margin, top: margin + 20, bottom: margin + 20 },
    theme: 'plain',
    styles: { fontSize: 8, cellPadding: 2 },
    columnStyles: { 0: { cellWidth: 70, fontStyle: 'bold' } },
    body: headOf(released).map((cells) => cells.map(printable)),
  });
  autoTable(document, {
    margin: { left: margin, right: margin, top: margin + 20, bottom: margin + 20 },
    styles: { fontSize: 7.5, cellPadding: 3, overflow: 'linebreak' },
    headStyles: { fillColor: [23, 34, 46] },
    head: [[...cellHeads]],
    body: released.rows.map((row) => cellsOf(row).map(printable)),
  });
  const pages = document.getNumberOfPages();
  for (let page = 1; page <= pages; page += 1) stamp(document, page, pages, released, width);
  return document.output('blob');
};

const stamp = (document: jsPDF, page: number, pages: number, { caveats, id }: Released, width: number): void => {
  const bottom = document.internal.pageSize.getHeight() - margin;
  document.setPage(page);
  document.setFontSize(7);
  document.text(document.splitTextToSize(printable(caveats), width) as string[], margin, margin - 14);
  document.text(`Release ${id} · page ${page} of ${pages}`, margin, bottom + 14);
};

/** The built-in fonts know Latin-1: what they lack would come out as something else. */
const printable = (text: string): string =>
  text
    .replaceAll(/[‐-―−]/g, '-')
    .replaceAll('’', "'")
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/[^\u0020-\u00ff]/g, '?');
