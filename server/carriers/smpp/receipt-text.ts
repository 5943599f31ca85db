/**
 * The text of a receipt, parsed (SMPP 3.4, appendix B: "id:… sub:… dlvrd:… submit date:… done date:… stat:… err:…
 * text:…"; the standard calls it vendor specific, and vendors agree). Fields come in any order and case, with `:` or `=`, with
 * blanks or without, quoted or bare, among unknown ones.
 */

export type FieldName = "id" | "sub" | "dlvrd" | "submit" | "done" | "stat" | "err";
export type Fields = Partial<Record<FieldName, string>>;

export interface ReceiptText {
  fields: Fields;
  /** Those of them that come before the quotation of the text. */
  certain: Fields;
}

const names = String.raw`id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat(?:us)?|err(?:or)?(?:[ _]?code)?|text`;
/** A name by itself or, except for the short `id`, directly behind the value before it. */
const marker = new RegExp(String.raw`(?<own>(?<![\p{L}\p{N}_-])(?:${names})|(?!id)(?:${names}))["']?\s*[:=]`, "giu");
const separated = /[^\p{L}\p{N}_-]$/u;
/** Up to the next separator of fields; quotes around it do not belong to it. */
const value = /^\s*(?:"([^"]*)"|'([^']*)'|([^\s,;]+))/;

interface Found {
  name: FieldName | "text";
  alone: boolean;
  from: number;
  to: number;
}

/** The fields of a receipt's text. Of a field that occurs twice the first counts; fields within the quotation of the text count last. */
export function readReceiptText(text: string): ReceiptText {
  const found = markersIn(text);
  const quoted = found.findIndex(({ name }) => name === "text");
  const fields: Fields = {};
  const certain: Fields = {};
  for (const [i, { name, to }] of found.entries()) {
    if (name === "text") continue;
    const read = valueIn(text.slice(to, found[i + 1]?.from ?? text.length));
    if (read === undefined) continue;
    if (quoted === -1 || i < quoted) {
      certain[name] ??= read;
      fields[name] ??= read;
    } else if (certain[name] === undefined) {
      // Some providers write the text first: fields within it come before the real ones.
      fields[name] = read;
    }
  }
  return { fields, certain };
}

function markersIn(text: string): Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(marker)) {
    const from = match.index;
    const alone = from === 0 || separated.test(text.slice(Math.max(0, from - 2), from));
    found.push({ name: nameOf(match.groups?.own ?? ""), alone, from, to: from + match[0].length });
  }
  // "neterr:5" is a field of its own where there is an "err:" too.
  const alone = new Set(found.filter((each) => each.alone).map(({ name }) => name));
  return found.filter((each) => each.alone || !alone.has(each.name));
}

function nameOf(written: string): Found["name"] {
  const name = written.toLowerCase();
  if (name.startsWith("submit")) return "submit";
  if (name.startsWith("done")) return "done";
  if (name.startsWith("stat")) return "stat";
  if (name.startsWith("err")) return "err";
  return name as Found["name"];
}

function valueIn(text: string): string | undefined {
  const [, double, single, bare] = value.exec(text) ?? [];
  const read = (double ?? single ?? bare?.replace(/["']$/, ""))?.trim();
  return read === "" ? undefined : read;
}
