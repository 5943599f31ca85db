/** A4 paper to write on from top to bottom: lines that never overflow, a further page where one is full, and the structure for screen readers. */
import PDFDocument from "pdfkit";
import { type FontName, fonts, inGlyphs, wrap } from "./pdf-fonts.ts";

/** In points, 72 to an inch. */
const sheet = { width: 595.28, height: 841.89 };
const margin = { side: 60, top: 56 };

export const left = margin.side;
export const textWidth = sheet.width - 2 * margin.side;

export interface TextStyle {
  font: FontName;
  size: number;
  leading: number;
  color: string;
}

export interface PaperOptions {
  language: string;
  title: string;
  author: string;
  created_at: Date;
}

export type Element = ReturnType<PDFKit.PDFDocument["struct"]>;
export type Paper = ReturnType<typeof paper>;

/** An empty first page. The same writing gives the same bytes. */
export function paper({ language, title, author, created_at }: PaperOptions) {
  const doc = new PDFDocument({
    size: [sheet.width, sheet.height],
    margin: 0,
    bufferPages: true,
    tagged: true,
    pdfVersion: "1.7",
    lang: language,
    displayTitle: true,
    font: "", // none of the standard fonts
    info: { Title: title, Author: author, Creator: "Varsla", CreationDate: created_at, ModDate: created_at },
  });
  for (const [name, font] of Object.entries(fonts)) {
    // pdfkit takes a parsed font too, which its types do not know.
    doc.registerFont(name, font as unknown as Buffer);
  }
  const root = doc.struct("Document");
  doc.addStructure(root);
  let y = margin.top;
  let foot = 0;

  const setStyle = ({ font, size, color }: TextStyle) => {
    doc.font(font, size).fillColor(color);
  };
  const room = () => sheet.height - foot - y;
  const turn = () => {
    doc.continueOnNewPage();
    y = margin.top;
  };
  const write = (line: string, x: number, at: number, style: TextStyle) => {
    setStyle(style);
    doc.text(line, x, at + (style.leading - doc.currentLineHeight()) / 2, { lineBreak: false });
  };

  return {
    /** Where the next line goes, from the top of the page. */
    at: () => y,
    moveTo: (to: number) => void (y = to),
    skip: (points: number) => void (y += points),
    /** Goes to a further page where less than this is left of this one, unless it is more than a page has. */
    keepTogether(height: number) {
      if (height > room() && height <= sheet.height - foot - margin.top) turn();
    },
    fits: (height: number) => height <= room(),

    /** The lines of a text, in characters that have a glyph. */
    linesOf(text: string, width: number, style: TextStyle): string[] {
      setStyle(style);
      return wrap(inGlyphs(text), width, (part) => doc.widthOfString(part));
    },
    widthOf(line: string, style: TextStyle): number {
      setStyle(style);
      return doc.widthOfString(line);
    },
    /** Writes lines below each other, on further pages too. */
    writeLines(lines: readonly string[], x: number, style: TextStyle) {
      for (const [index, line] of lines.entries()) {
        if (room() < style.leading) turn();
        // The space at the end of a line that goes on keeps words apart for whoever reads the text without its lines.
        write(index < lines.length - 1 ? `${line} ` : line, x, y, style);
        y += style.leading;
      }
    },

    /** An element of the structure, drawn at once; without `draw` it takes elements until it is ended. */
    element(
      parent: Element | null,
      tag: string,
      options: { alt?: string; scope?: "Row" } = {},
      draw?: () => void,
    ): Element {
      const element = doc.struct(tag, options as PDFKit.Mixins.StructureElementOptions, draw);
      (parent ?? root).add(element);
      return element;
    },
    /** Draws what screen readers leave out. */
    decorate(draw: (doc: PDFKit.PDFDocument) => void) {
      doc.markContent("Artifact", { type: "Layout" });
      draw(doc);
      doc.endMarkedContent();
    },
    draw: (draw: (doc: PDFKit.PDFDocument) => void) => draw(doc),
    /** Makes an area of this page a link, which belongs to the element. */
    link(element: Element, area: { x: number; y: number; width: number; height: number }, url: string, about: string) {
      const options = { structParent: element, Contents: new String(about) };
      doc.link(area.x, area.y, area.width, area.height, url, options as unknown as PDFKit.Mixins.AnnotationOption);
    },

    /** Keeps the foot of every page free for lines that are written when all pages are there. */
    keepFoot: (height: number) => void (foot = height),
    /** Writes the foot of every page; that of a single page without lines stays blank. */
    writeFeet(lines: readonly string[], right: (page: number, of: number) => string, style: TextStyle, line: string) {
      const { count } = doc.bufferedPageRange();
      if (lines.length === 0 && count === 1) return;
      for (let index = 0; index < count; index += 1) {
        doc.switchToPage(index);
        doc.markContent("Artifact", { type: "Pagination" });
        const top = sheet.height - foot + 12;
        doc
          .moveTo(left, top)
          .lineTo(left + textWidth, top)
          .lineWidth(0.75)
          .strokeColor(line)
          .stroke();
        for (const [place, each] of lines.entries()) write(each, left, top + 10 + place * style.leading, style);
        const end = right(index + 1, count);
        setStyle(style);
        write(end, left + textWidth - doc.widthOfString(end), top + 10, style);
        doc.endMarkedContent();
      }
    },
    /** Ends the document, which nothing can be written on afterwards. */
    async bytes(): Promise<Buffer> {
      root.end();
      doc.end();
      return Buffer.concat(await doc.toArray());
    },
  };
}
