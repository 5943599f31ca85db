/** Texts of several parts: how ours are divided, and which part of which text a deliver_sm is. */
import { type Encoding, splitForReference, splitSegments } from "../../../rules/gsm-segments.ts";
import { type Deliver, tag } from "./pdu.ts";
import { coding, type DefaultAlphabet, encodeText, fitsAlphabet, type Languages, noLanguages } from "./text.ts";

export type LongTexts = "udh" | "sar" | "payload";

/** What differs between the submit_sm of one text's parts. */
export interface TextPart {
  esm_class: number;
  data_coding: number;
  short_message: Buffer;
  tlvs: readonly (readonly [tag: number, value: Buffer])[];
}

const withHeader = 0x40;
/**
 * Information elements (3GPP TS 23.040, 9.2.3.24): concatenation with a reference of 8 and of 16 bits, and national language
 * tables by single and by locking shift (9.2.3.24.15 and .16).
 */
const element = { narrow: 0x00, wide: 0x08, single: 0x24, locking: 0x25 } as const;
const noTlvs: TextPart["tlvs"] = [];
const noOctets = Buffer.alloc(0);

/**
 * The parts of a text, as many as its segments, or one where the provider divides it (message_payload). `nextReference` gives
 * 16 bits. A reference of 16 bits takes one octet more of each part; where that would make one part more than was counted and
 * paid for, it has 8 bits instead.
 *
 * A provider that reads data_coding 0 as ISO 8859-1 or ASCII lacks some characters of the GSM alphabet: a text with
 * one of those is sent as UCS-2, in more parts than were counted.
 */
export function textParts(
  given: { text: string; encoding: Encoding; segments: number },
  settings: { gsm7: DefaultAlphabet; long_texts: LongTexts },
  nextReference: () => number,
): TextPart[] {
  const { text, segments } = given;
  const alphabet = settings.gsm7;
  const changed = alphabet !== "gsm" && given.encoding === "GSM-7" && !fitsAlphabet(text, alphabet);
  const encoding = changed ? "UCS-2" : given.encoding;
  const data_coding = encoding === "UCS-2" ? coding.ucs2 : coding.default;
  if (segments === 1 && !changed) {
    const short_message = encodeText(text, encoding, alphabet);
    return [{ esm_class: 0, data_coding, short_message, tlvs: noTlvs }];
  }
  const { parts, wide } = changed ? cutAsUcs2(text) : splitForReference(text);
  if (parts.length === 1)
    return [{ esm_class: 0, data_coding, short_message: encodeText(text, encoding, alphabet), tlvs: noTlvs }];
  if (settings.long_texts === "payload") {
    const payload = [[tag.message_payload, encodeText(parts.join(""), encoding, alphabet)]] as const;
    return [{ esm_class: 0, data_coding, short_message: noOctets, tlvs: payload }];
  }
  const reference = nextReference();
  if (settings.long_texts === "sar")
    return parts.map((part, i) => ({
      esm_class: 0,
      data_coding,
      short_message: encodeText(part, encoding, alphabet),
      tlvs: [
        [tag.sar_msg_ref_num, Buffer.from([reference >> 8, reference & 0xff])],
        [tag.sar_total_segments, Buffer.from([parts.length])],
        [tag.sar_segment_seqnum, Buffer.from([i + 1])],
      ],
    }));
  return parts.map((part, i) => {
    const header = wide
      ? [6, element.wide, 4, reference >> 8, reference & 0xff, parts.length, i + 1]
      : [5, element.narrow, 3, reference & 0xff, parts.length, i + 1];
    const short_message = encodeText(part, encoding, alphabet, header.length);
    short_message.set(header);
    return { esm_class: withHeader, data_coding, short_message, tlvs: noTlvs };
  });
}

/** A text that was counted in septets but must be sent as UCS-2, cut at 66 code units. */
function cutAsUcs2(text: string): { parts: string[]; wide: boolean } {
  // One character outside of the alphabet, appended here and removed below, makes the rules cut all of it as UCS-2.
  const { parts } = splitSegments(`${text}\u2603`);
  const whole = parts.join("").slice(0, -1);
  if (whole.length <= 70) return { parts: [whole], wide: false };
  const last = (parts.at(-1) as string).slice(0, -1);
  return { parts: [...parts.slice(0, -1), ...(last === "" ? [] : [last])], wide: false };
}

/** Which part of which text a deliver_sm is. */
export interface PartOf {
  /** With its width, so that references of 8 and of 16 bits are told apart. */
  reference: string;
  total: number;
  number: number;
}

/** The octets of a deliver_sm, read. */
export interface TextOctets {
  /** Without their header. */
  octets: Buffer;
  /** Which part of a longer text they are; null: a text of its own. */
  part: PartOf | null;
  /** Where the header names any. */
  languages?: Languages | undefined;
}

export function readParts({ esm_class, octets, tlvs }: Deliver): TextOctets {
  const sar = sarOf(tlvs);
  if (!(esm_class & withHeader)) return { octets, part: sar };
  const end = (octets[0] ?? 0) + 1;
  // No header, whatever esm_class says: some strange characters are better than no text.
  if (end > octets.length) return { octets, part: sar };
  const { part, languages } = readHeader(octets.subarray(1, end));
  return { octets: octets.subarray(end), part: part ?? sar, languages };
}

/** Of an element that comes twice the last one counts (3GPP TS 23.040, 9.2.3.24). */
function readHeader(header: Buffer): Omit<TextOctets, "octets"> {
  let part: PartOf | null = null;
  let languages: Languages | undefined;
  for (let at = 0; at + 2 <= header.length;) {
    const [id, length] = [header[at] as number, header[at + 1] as number];
    const value = header.subarray(at + 2, at + 2 + length);
    if (id === element.narrow && value.length === 3) part = valid(`n${value[0]}`, value[1], value[2]);
    if (id === element.wide && value.length === 4) part = valid(`w${value.readUInt16BE(0)}`, value[2], value[3]);
    if (id === element.single && length === 1) languages = { ...noLanguages, ...languages, single: value[0] ?? 0 };
    if (id === element.locking && length === 1) languages = { ...noLanguages, ...languages, locking: value[0] ?? 0 };
    at += 2 + length;
  }
  return { part, languages };
}

function sarOf(tlvs: Deliver["tlvs"]): PartOf | null {
  const reference = tlvs.get(tag.sar_msg_ref_num);
  if (reference?.length !== 2) return null;
  const [total, number] = [tlvs.get(tag.sar_total_segments), tlvs.get(tag.sar_segment_seqnum)];
  return valid(`s${reference.readUInt16BE(0)}`, total?.[0], number?.[0]);
}

/** Null for impossible numbers: such a part is a text of its own. */
function valid(reference: string, total: number | undefined, number: number | undefined): PartOf | null {
  if (total === undefined || number === undefined || total < 2 || number < 1 || number > total) return null;
  return { reference, total, number };
}
