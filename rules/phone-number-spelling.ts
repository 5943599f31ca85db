/**
 * How a phone number is spelled: by people, by phones, and by programs that treated it as a numeric value. Everything that reads
 * a number, or searches for one, begins here. It finds the digits in their order and knows no numbering plan.
 */

/** Why a number cannot be read: a code for programs, a sentence for people. */
export interface PhoneNumberProblem {
  code:
    | "empty"
    | "not_a_number"
    | "extension"
    | "reformatted"
    | "too_short"
    | "too_long"
    | "unknown_country"
    | "not_in_use"
    | "ambiguous";
  problem: string;
  /** With `ambiguous`: the possible numbers, in E.164. */
  readings?: string[];
}

export interface Spelling {
  /** ASCII digits, without the + before a country code. */
  digits: string;
  /** Whether a + was written. */
  plus: boolean;
  /** The digits without "(0)", the zero that is only dialled at home, as in +44 (0)20; null where there is none. */
  withoutHomeZero: string | null;
  /** As it was written, with ASCII digits and without invisible characters. */
  written: string;
}

/** Longer texts are refused unread. */
const longestRead = 1000;

const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** Characters that people, keyboards and programs put between digits. */
const separators = /[\s\p{Pd}\u2212\u2043\u2027\u02d7\u30fb\u30fc.\u00b7/()[\]'’]/gu;

/** The digits of a number in any spelling. */
export function readSpelling(input: string): Spelling | PhoneNumberProblem {
  // The fast path for nearly all numbers.
  if (/^\+?\d{1,15}(?:[ -]\d{1,15}){0,10}$/.test(input)) return spell(input.replace(/[ -]/g, ""), input);
  if (input.length > longestRead) return problem("too_long", `"${shown(input)}…" is too long for a phone number.`);
  // ² is a footnote and ½ a fraction: folded to ASCII they would add digits.
  if (/\p{No}/u.test(input)) return noNumber(input);
  const folded = foldSpelling(input);
  const text = /^tel:/i.test(folded) ? readUri(folded) : unguarded(folded);
  if (typeof text !== "string") return text;
  if (text === "") return problem("empty", "There is no number.");
  if (/(?:\d[\s,;]*(?:ext|x|#|anknytning|linje|lokal|intern)[.:=\s]*\d+$)/i.test(text))
    return problem("extension", `"${shown(text)}" has an extension, which cannot take a text.`);
  const figure = readFigure(text);
  if (figure !== null) return figure === "reformatted" ? reformatted(text) : spell(figure, figure);
  // Two separators in a row mean that digits were left out: 400 12 3.., 4001…45.
  if (/[.\u00b7\p{Pd}/]{2}/u.test(text)) return noNumber(text);
  return spell(text.replace(separators, ""), text);
}

/** Without invisible characters, and with characters replaced by their ASCII equivalents. */
function foldSpelling(input: string): string {
  if (/^[ -~]*$/.test(input)) return input.trim();
  return input
    .replace(invisible, "")
    .normalize("NFKC")
    .replace(/\p{Nd}/gu, asciiDigit)
    .trim();
}

/** A cell that may hold a number: folded, and without the marks that keep a spreadsheet from treating it as a value. */
export const plainSpelling = (cell: string): string => unguarded(foldSpelling(cell));

function spell(bare: string, written: string): Spelling | PhoneNumberProblem {
  const [, plus, digits = ""] = /^(\+(?:00)?)?(\d+)$/.exec(bare) ?? [];
  if (digits === "") return noNumber(written);
  const inside = written.replace(/(?<=\d.*)\(\s*0\s*\)/, "");
  const withoutHomeZero = inside === written ? null : inside.replace(separators, "").replace(/^\+(00)?/, "");
  return { digits, plus: plus !== undefined, withoutHomeZero, written };
}

/** RFC 3966: `tel:912-34-567;phone-context=+47`; phones and web pages also write slashes and %2B. */
function readUri(folded: string): string | PhoneNumberProblem {
  let uri: string;
  try {
    uri = decodeURIComponent(folded);
  } catch (error) {
    if (error instanceof URIError) return noNumber(folded);
    throw error;
  }
  const [number = "", ...parameters] = uri.replace(/^tel:(\/\/)?/i, "").split(";");
  if (parameters.some((each) => /^ext=/i.test(each)))
    return problem("extension", `"${shown(uri)}" has an extension, which cannot take a text.`);
  const context = parameters.map((each) => /^phone-context=(\+\d+)$/i.exec(each)?.[1]).find(Boolean);
  return (context && !number.trim().startsWith("+") ? context + number : number).trim();
}

/** Without the marks that make a spreadsheet keep a number as text: '+47…, ="+47…" or, in quotation marks, "+47…". */
function unguarded(text: string): string {
  const [, quoted] = /^=?"(.*)"$/.exec(text) ?? [];
  return (quoted ?? text.replace(/^['’‘`=]/, "")).trim();
}

/**
 * The digits of a number that a program wrote as a numeric value: 401234567.0, 401,234,567.00, 4.01234567E+8; null for any other
 * text.
 *
 * It is accepted only if it certainly has all digits and no more: an integer, without or with only zeros after the decimal point,
 * or in scientific notation with as many decimals as its exponent. A value that was rounded, or that may be a number written in
 * groups, is `reformatted`: its digits could be a stranger's number.
 */
function readFigure(text: string): string | "reformatted" | null {
  if (/^[+-]?\d+(?:[.,]\d+)?\s?E\s?[+-]?\d+$/i.test(text)) {
    const [, whole = "", decimals = "", exponent] = /^([1-9]\d*)[.,](\d+)E\+?(\d{1,3})$/i.exec(text) ?? [];
    return whole !== "" && decimals.length === Number(exponent) ? whole + decimals : "reformatted";
  }
  if (/^\d{1,3}(?:,\d{3}){2,}$/.test(text)) return text.replaceAll(",", "");
  const [, before = "", mark, decimals = ""] = /^(.*\d)([.,])(\d+)$/.exec(text) ?? [];
  if (mark === undefined) return null;
  const isWhole = /^\+?\d+$/.test(before);
  // Phone numbers have no commas and apostrophes: groups of three with them are a numeric value's.
  const grouped = /^\d{1,3}(?:([.,' ’])\d{3})(?:\1\d{3})*$/.exec(before)?.[1];
  const isFigure = grouped !== undefined && grouped !== mark && /[,'’]/.test(grouped + mark);
  if (/^00?$/.test(decimals) && (isWhole || isFigure)) return before.replace(/[^+\d]/g, "");
  const isCut = decimals.length <= 2 || /^0+$/.test(decimals) || before.length >= 9;
  if (isWhole && before.length >= 7 && isCut) return "reformatted";
  if (mark === "." && (decimals.length === 1 || (decimals === "00" && !before.includes(".")))) return "reformatted";
  return null;
}

const reformatted = (text: string) =>
  problem(
    "reformatted",
    `"${shown(text)}" was a phone number before a spreadsheet made a figure of it, and its digits are not certain any more; enter it as text.`,
  );

const noNumber = (text: string) => problem("not_a_number", `"${shown(text)}" is not a phone number.`);

/** The beginning of a long text, enough to recognise it. */
const shown = (text: string) => text.slice(0, 40);

export function problem(code: PhoneNumberProblem["code"], sentence: string): PhoneNumberProblem {
  return { code, problem: sentence };
}

/** In Unicode the ten digits of each script are contiguous, zero first, and those of another script may follow directly. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) as number;
  if (code < 0x80) return digit;
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
  return String((code - first) % 10);
}
