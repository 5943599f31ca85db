/** A booking as a PDF to keep or to print: what, when, where and with whom, and the way to change it. */
import { encode } from "uqr";
import type { Language } from "../../contract/shapes.ts";
import { isBlank } from "../../rules/blank.ts";
import { oneLine } from "../kit/mail.ts";
import { bookingPdfWords, type BookingPdfWords } from "./booking-pdf-words.ts";
import { left, type Paper, paper, type TextStyle, textWidth } from "./pdf-paper.ts";

/** Values as they are to be read, in the document's language; line breaks are kept. What is null or blank is left out with its label. */
export interface BookingDocument {
  language: Language;
  /** The business's name. */
  business: string;
  /** Such as "Your booking is confirmed". */
  heading: string;
  reference: string;
  when: string;
  service: string | null;
  resource: string | null;
  where: string | null;
  directions: string | null;
  price: string | null;
  status: string | null;
  /** The name, with number and address on lines of their own. */
  booked_by: string | null;
  attendees: readonly string[];
  notes: string | null;
  manage_link: string | null;
  /** At the foot of each page, such as the business's address and number: six lines at most. */
  footer: string | null;
  /** Stands in the file's properties. */
  created_at: Date;
}

const colors = { ink: "#18181b", muted: "#5b5b66", line: "#e0e2ea", tint: "#f2f5fd", accent: "#1d4ed8" };

const styles = {
  business: { font: "bold", size: 12, leading: 18, color: colors.ink },
  heading: { font: "bold", size: 25, leading: 32, color: colors.ink },
  small: { font: "regular", size: 10, leading: 16, color: colors.muted },
  value: { font: "regular", size: 11, leading: 16, color: colors.ink },
  when: { font: "bold", size: 15, leading: 22, color: colors.ink },
  link: { font: "bold", size: 11.5, leading: 18, color: colors.accent },
  foot: { font: "regular", size: 9, leading: 13, color: colors.muted },
} as const satisfies Record<string, TextStyle>;

const labelWidth = 128;
const padding = 15;
/** Above and below each fact. */
const factSpace = 7.5;
const longestFooter = 6;

/** The PDF: one page of A4, and further ones for what does not fit. The same document gives the same bytes. */
export function bookingPdf(document: BookingDocument): Promise<Buffer> {
  const words = bookingPdfWords[document.language];
  const page = paper({
    language: document.language,
    title: oneLine(`${document.heading} (${document.reference})`),
    author: oneLine(document.business),
    created_at: document.created_at,
  });
  const footer = page.linesOf(document.footer ?? "", textWidth * 0.7, styles.foot).slice(0, longestFooter);
  page.keepFoot(48 + footer.length * styles.foot.leading);
  writeHead(page, document, words);
  writeWhen(page, document.when, words);
  writeFacts(page, document, words);
  if (document.manage_link !== null) writeManage(page, document.manage_link, words);
  page.writeFeet(footer, (number, of) => (of === 1 ? "" : words.page(number, of)), styles.foot, colors.line);
  return page.bytes();
}

function writeHead(page: Paper, { business, heading, reference }: BookingDocument, words: BookingPdfWords) {
  const paragraph = (tag: string, text: string, style: TextStyle) =>
    page.element(null, tag, {}, () => page.writeLines(page.linesOf(text, textWidth, style), left, style));
  page.decorate((doc) => doc.rect(left, page.at() - 14, 32, 4).fill(colors.accent));
  paragraph("P", business, styles.business);
  page.skip(20);
  paragraph("H1", heading, styles.heading);
  page.skip(2);
  paragraph("P", `${words.reference} ${reference}`, styles.small);
  page.skip(16);
}

function writeWhen(page: Paper, when: string, words: BookingPdfWords) {
  const lines = page.linesOf(when, textWidth - 2 * padding, styles.when);
  const height = 2 * padding + styles.small.leading + lines.length * styles.when.leading;
  page.keepTogether(height);
  if (page.fits(height)) panel(page, height, (doc) => doc.fill(colors.tint));
  page.skip(padding - 2);
  page.element(null, "P", {}, () => page.writeLines([words.when], left + padding, styles.small));
  page.element(null, "P", {}, () => page.writeLines(lines, left + padding, styles.when));
  page.skip(padding + 2 + 8);
}

function writeFacts(page: Paper, document: BookingDocument, words: BookingPdfWords) {
  const facts: [label: string, value: string | null][] = [
    [words.service, document.service],
    [words.resource, document.resource],
    [words.where, document.where],
    [words.directions, document.directions],
    [words.price, document.price],
    [words.status, document.status],
    [words.booked_by, document.booked_by],
    [words.attendees, document.attendees.join("\n")],
    [words.notes, document.notes],
  ];
  const table = page.element(null, "Table");
  for (const [label, value] of facts) {
    if (value === null || isBlank(value)) continue;
    const lines = page.linesOf(value, textWidth - labelWidth, styles.value);
    page.keepTogether(Math.min(lines.length, 8) * styles.value.leading + 2 * factSpace);
    const row = page.element(table, "TR");
    page.skip(factSpace);
    const top = page.at();
    page.element(row, "TH", { scope: "Row" }, () => page.writeLines([label], left, styles.small));
    page.moveTo(top);
    page.element(row, "TD", {}, () => page.writeLines(lines, left + labelWidth, styles.value));
    row.end();
    page.skip(factSpace);
    page.decorate((doc) => {
      doc.moveTo(left, page.at()).lineTo(left + textWidth, page.at());
      doc.lineWidth(0.75).strokeColor(colors.line).stroke();
    });
  }
  table.end();
}

/** The longest address that is drawn as a picture too: phones read larger ones badly. */
const longestScanned = 200;

function writeManage(page: Paper, address: string, words: BookingPdfWords) {
  const url = URL.parse(address)?.href ?? null;
  const scanned = url !== null && url.length <= longestScanned ? url : null;
  const side = 78;
  const width = textWidth - 2 * padding - (scanned ? side + padding : 0);
  const [name = ""] = page.linesOf(words.manage, width, styles.link);
  const lines = page.linesOf(address, width, styles.small);
  const [scan = ""] = scanned ? page.linesOf(words.scan, width, styles.small) : [];
  const textHeight =
    styles.link.leading + (lines.length + (scanned ? 1 : 0)) * styles.small.leading + (scanned ? 8 : 0);
  const height = 2 * padding + Math.max(textHeight, scanned ? side : 0);

  page.skip(16);
  page.keepTogether(height);
  const top = page.at();
  if (page.fits(height)) panel(page, height, (doc) => doc.lineWidth(0.75).strokeColor(colors.line).stroke());
  page.moveTo(top + padding + (scanned ? Math.max(0, (side - textHeight) / 2) : 0));
  const link = page.element(null, "Link");
  const linkTop = page.at();
  page.element(link, "Span", {}, () => page.writeLines([name], left + padding, styles.link));
  page.element(link, "Span", {}, () => page.writeLines(lines, left + padding, styles.small));
  if (url) page.link(link, { x: left + padding, y: linkTop, width, height: page.at() - linkTop }, url, words.manage);
  link.end();
  if (scanned) {
    page.skip(8);
    page.element(null, "P", {}, () => page.writeLines([scan], left + padding, styles.small));
    page.element(null, "Figure", { alt: `${words.manage}: ${scanned}` }, () =>
      page.draw((doc) => drawCode(doc, scanned, left + textWidth - padding - side, top + padding, side)),
    );
  }
}

/** A rounded box of the text's width, from here down. */
function panel(page: Paper, height: number, paint: (doc: PDFKit.PDFDocument) => void) {
  page.decorate((doc) => paint(doc.roundedRect(left, page.at(), textWidth, height, 8)));
}

/** A QR code. The modules beside each other are one rectangle, so that no seams show between them. */
function drawCode(doc: PDFKit.PDFDocument, text: string, x: number, y: number, side: number) {
  const { data, size } = encode(text, { border: 0 });
  const module = side / size;
  for (const [row, cells] of data.entries()) {
    for (let from = 0; from < size; from += 1) {
      if (!cells[from]) continue;
      let to = from;
      while (cells[to]) to += 1;
      doc.rect(x + from * module, y + row * module, (to - from) * module, module);
      from = to;
    }
  }
  doc.fill(colors.ink);
}
