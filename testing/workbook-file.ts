/** Creates workbooks (.xlsx) for tests, and crafted archives. */
import { crc32, deflateRawSync } from "node:zlib";

export interface Part {
  name: string;
  content: string | Buffer;
  /** A false unpacked size that the archive states. */
  claimedSize?: number;
}

/** A zip archive (APPNOTE.TXT 4.3) of deflated parts. */
export function archiveOf(parts: readonly Part[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, claimedSize } of parts) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0); // version needed
    about.writeUInt16LE(8, 4); // deflate
    about.writeUInt32LE(crc32(data), 10);
    about.writeUInt32LE(packed.length, 14);
    about.writeUInt32LE(claimedSize ?? data.length, 18);
    about.writeUInt16LE(Buffer.byteLength(name), 22);
    const file = Buffer.concat([Buffer.from("PK\u0003\u0004"), about, Buffer.from(name), packed]);
    const where = Buffer.alloc(14);
    where.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\u0001\u0002\u0014\u0000"), about, where, Buffer.from(name));
    files.push(file);
    offset += file.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, list, Buffer.from("PK\u0005\u0006"), end]);
}

/** A cell: a text, a number with a format, or the XML element itself. */
export type TestCell = string | number | null | { number: number; format: string } | { xml: string };

export interface TestSheet {
  name: string;
  rows: readonly (readonly TestCell[] | null)[];
  hidden?: boolean;
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** The parts of a workbook with these sheets, with shared strings as Excel writes them. A row that is null is left out. */
export function workbookParts(sheets: readonly TestSheet[], options: { from1904?: boolean } = {}): Part[] {
  const strings: string[] = [];
  const formats: string[] = [];
  const cellOf = (cell: TestCell, row: number, column: number) => {
    const r = `r="${String.fromCharCode(65 + column)}${row}"`;
    if (cell === null) return "";
    if (typeof cell === "number") return `<c ${r}><v>${cell}</v></c>`;
    if (typeof cell === "string") return `<c ${r} t="s"><v>${strings.push(cell) - 1}</v></c>`;
    if ("xml" in cell) return cell.xml;
    return `<c ${r} s="${formats.push(cell.format)}"><v>${cell.number}</v></c>`;
  };
  const sheetXml = sheets.map(
    ({ rows }) =>
      `<worksheet xmlns="${main}"><sheetData>${rows
        .map((row, at) =>
          row ? `<row r="${at + 1}">${row.map((cell, column) => cellOf(cell, at + 1, column)).join("")}</row>` : "",
        )
        .join("")}</sheetData></worksheet>`,
  );
  const relation = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${office}/relationships/${kind}" Target="${target}"/>`;
  return [
    { name: "[Content_Types].xml", content: "<Types/>" },
    {
      name: "_rels/.rels",
      content: `<Relationships>${relation("rId1", "officeDocument", "xl/workbook.xml")}</Relationships>`,
    },
    {
      name: "xl/workbook.xml",
      content: `<workbook xmlns="${main}" xmlns:r="${office}/relationships"><workbookPr date1904="${options.from1904 ? 1 : 0}"/><sheets>${sheets
        .map(
          ({ name, hidden }, at) =>
            `<sheet name="${escaped(name)}" sheetId="${at + 1}"${hidden ? ' state="hidden"' : ""} r:id="s${at}"/>`,
        )
        .join("")}</sheets></workbook>`,
    },
    {
      name: "xl/_rels/workbook.xml.rels",
      content: `<Relationships>${sheets.map((_, at) => relation(`s${at}`, "worksheet", `worksheets/sheet${at + 1}.xml`)).join("")}${relation(
        "t",
        "sharedStrings",
        "sharedStrings.xml",
      )}${relation("f", "styles", "/xl/styles.xml")}</Relationships>`,
    },
    ...sheetXml.map((content, at) => ({ name: `xl/worksheets/sheet${at + 1}.xml`, content })),
    {
      name: "xl/sharedStrings.xml",
      content: `<sst xmlns="${main}">${strings.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join("")}</sst>`,
    },
    {
      name: "xl/styles.xml",
      content: `<styleSheet xmlns="${main}"><numFmts>${formats
        .map((format, at) => `<numFmt numFmtId="${164 + at}" formatCode="${escaped(format)}"/>`)
        .join("")}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${formats
        .map((_, at) => `<xf numFmtId="${164 + at}"/>`)
        .join("")}</cellXfs></styleSheet>`,
    },
  ];
}

const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const office = "http://schemas.openxmlformats.org/officeDocument/2006";

export const workbookOf = (sheets: readonly TestSheet[], options?: { from1904?: boolean }): Buffer =>
  archiveOf(workbookParts(sheets, options));
