/**
 * How a text is encoded and split (3GPP TS 23.038 and 23.040). Composer, review, quota and dispatcher all use this function.
 *
 * A user data field has 140 octets: 160 septets of the GSM alphabet or 70 UTF-16 code units. In a concatenated message six
 * octets of each go to the header, which leaves 153 septets or 67 code units.
 */
import { isGsm, septets } from "./gsm-alphabet.ts";
import { smartReplacements } from "./smart-characters.ts";

export type Encoding = "GSM-7" | "UCS-2";

/** What a text costs. */
export interface SegmentCount {
  encoding: Encoding;
  segments: number;
  /** Septets or UTF-16 code units of the text itself, without headers and unused units at the end of a part. */
  units: number;
  /** Units still free in the last segment. */
  unitsLeft: number;
}

const single = { "GSM-7": 160, "UCS-2": 70 };
const part = { "GSM-7": 153, "UCS-2": 67 };
/** With a header of seven octets: its reference has 16 bits. */
const widePart = { "GSM-7": 152, "UCS-2": 66 };
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

// Grapheme boundaries are the same in every language.
const clusters = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * Code units that may join with a neighbour into one cluster. The others (Latin, Greek, Cyrillic, punctuation, currency,
 * kana, CJK, Hangul syllables) never join each other, so a text of those alone is cut without the slower segmenter.
 */
const mayJoin =
  // oxlint-disable-next-line eslint/no-misleading-character-class -- the combining marks are what is looked for
  /[\u0300-\u036f\u0483-\u0489\u0590-\u1dff\u200b-\u200f\u2028-\u202f\u2060-\u209f\u20d0-\u20ff\u2c00-\u2fff\u302a-\u302f\u3099\u309a\ua000-\uabff\ud7a4-\ufeff\uff9e-\uffff]|\r\n/;

/** Counts the segments of a text after normalising it. Empty text is one (empty) segment. */
export function countSegments(text: string): SegmentCount {
  let units = 0;
  for (let index = 0; index < text.length; index++) {
    const cost = septets[text.charCodeAt(index)] as number;
    if (cost === 0) return countOther(text);
    units += cost;
  }
  return countGsm(text, units);
}

/** Counts as `countSegments` does and gives the parts; joined they are the normalised text. */
export function splitSegments(text: string): SegmentCount & { parts: string[] } {
  const normal = normaliseText(text);
  const count = countSegments(normal);
  if (count.segments === 1) return { ...count, parts: [normal] };
  const cuts = count.encoding === "GSM-7" ? gsmCuts(normal) : ucs2Cuts(normal);
  return { ...count, parts: [0, ...cuts].map((from, i) => normal.slice(from, cuts[i])) };
}

/**
 * The parts of a concatenated text for a header with a 16-bit reference, which takes one octet more, if that gives no more
 * parts than were counted; otherwise the parts for an 8-bit reference. `wide` says which.
 */
export function splitForReference(text: string): { encoding: Encoding; parts: string[]; wide: boolean } {
  const { encoding, segments, parts } = splitSegments(text);
  if (segments === 1) return { encoding, parts, wide: false };
  const normal = normaliseText(text);
  const cuts = encoding === "GSM-7" ? gsmCuts(normal, widePart[encoding]) : ucs2Cuts(normal, widePart[encoding]);
  if (cuts.length + 1 !== segments) return { encoding, parts, wide: false };
  return { encoding, parts: [0, ...cuts].map((from, i) => normal.slice(from, cuts[i])), wide: true };
}

/**
 * The text as it is counted, stored and sent: in Unicode normalisation form C, so that an "å" typed as two characters does
 * not cost UCS-2. A lone surrogate becomes U+FFFD, as the database and carriers would make it.
 */
export function normaliseText(text: string): string {
  return text.toWellFormed().normalize("NFC");
}

/**
 * The characters outside the GSM alphabet, each as a whole cluster, with its index in the given text and a replacement; null
 * where none is possible without changing the word.
 */
export function ucs2Causes(text: string): { index: number; character: string; replacement: string | null }[] {
  if (isGsm(text)) return [];
  const causes: { index: number; character: string; replacement: string | null }[] = [];
  for (const { segment, index } of clusters.segment(text)) {
    if (isGsm(segment)) continue;
    const character = normaliseText(segment);
    if (isGsm(character)) continue;
    causes.push({ index, character: segment, replacement: gsmReplacement(character) });
  }
  return causes;
}

/** The text with typographic characters replaced by equivalents in the GSM alphabet. To be offered to the writer, never done silently. */
export function replaceSmartCharacters(text: string): string {
  let replaced = "";
  let kept = 0;
  for (const { index, character, replacement } of ucs2Causes(text)) {
    if (replacement === null) continue;
    replaced += text.slice(kept, index) + replacement;
    kept = index + character.length;
  }
  return replaced + text.slice(kept);
}

function gsmReplacement(cluster: string): string | null {
  let replacement = "";
  for (const character of cluster) {
    const plain = isGsm(character) ? character : smartReplacements.get(character);
    if (plain === undefined) return null;
    replacement += plain;
  }
  return replacement;
}

function countGsm(text: string, units: number): SegmentCount {
  if (units <= single["GSM-7"]) return { encoding: "GSM-7", segments: 1, units, unitsLeft: single["GSM-7"] - units };
  // Without escape pairs every part is filled.
  if (units === text.length && !text.includes("\r\n")) {
    const segments = Math.ceil(units / part["GSM-7"]);
    return { encoding: "GSM-7", segments, units, unitsLeft: segments * part["GSM-7"] - units };
  }
  const cuts = gsmCuts(text);
  let last = 0;
  for (let index = cuts.at(-1) ?? 0; index < text.length; index++) last += septets[text.charCodeAt(index)] as number;
  return { encoding: "GSM-7", segments: cuts.length + 1, units, unitsLeft: part["GSM-7"] - last };
}

/** Counts a text with a character outside the alphabet, which normalising may still turn into one of it. */
function countOther(text: string): SegmentCount {
  const normal = normaliseText(text);
  if (normal !== text && isGsm(normal)) return countSegments(normal);
  const units = normal.length;
  if (units <= single["UCS-2"]) return { encoding: "UCS-2", segments: 1, units, unitsLeft: single["UCS-2"] - units };
  const cuts = ucs2Cuts(normal);
  const last = units - (cuts.at(-1) ?? 0);
  return { encoding: "UCS-2", segments: cuts.length + 1, units, unitsLeft: part["UCS-2"] - last };
}

/** Where the second and later parts begin. An escape pair is never divided, nor is CR LF, the alphabet's one cluster. */
function gsmCuts(text: string, room = part["GSM-7"]): number[] {
  const cuts: number[] = [];
  let used = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const cost = septets[code] as number;
    const together = code === carriageReturn && text.charCodeAt(index + 1) === lineFeed ? 2 : cost;
    if (used + together > room) {
      cuts.push(index);
      used = 0;
    }
    used += cost;
  }
  return cuts;
}

/** Where the second and later parts begin. Clusters stay whole if a part can hold them; surrogate pairs always do. */
function ucs2Cuts(text: string, room = part["UCS-2"]): number[] {
  const cuts: number[] = [];
  const segments = mayJoin.test(text) ? clusters.segment(text) : null;
  let start = 0;
  while (text.length - start > room) {
    let cut = start + room;
    const cluster = segments?.containing(cut);
    if (cluster && cluster.index < cut) {
      if (cluster.segment.length <= room) cut = cluster.index;
      else if (isLowSurrogate(text.charCodeAt(cut))) cut -= 1;
    }
    cuts.push(cut);
    start = cut;
  }
  return cuts;
}

/** In well-formed text a low surrogate is always the second half of a pair. */
function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
