/** Texts from handsets, split and encoded as an SMSC does it. */
import smpp from "smpp";
import { type Deliver } from "./smsc-pdu.ts";

export interface HandsetText {
  from: string;
  to: string;
  text: string;
  /** The reference in the header of a long text; a wide one has 16 bits. */
  reference?: number;
  wide?: boolean;
}

let lastReference = 0;

/** The deliver_sm of a text. */
export function partsOf({ from, to, text, wide = false, reference = ++lastReference }: HandsetText): Deliver[] {
  const data_coding = smpp.encodings.ASCII.decode(smpp.encodings.ASCII.encode(text)) === text ? 0 : 8;
  const encode = (part: string) => smpp.encodings[data_coding === 8 ? "UCS2" : "ASCII"].encode(part);
  const whole = encode(text);
  if (whole.length <= (data_coding === 8 ? 140 : 160))
    return [{ from, to, esm_class: 0, data_coding, short_message: whole }];
  const size = data_coding === 8 ? 66 : 76; // characters: few enough that a part fits even if all are escapes
  const parts = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
  return parts.map((part, i) => {
    const head = wide
      ? [6, 8, 4, (reference >> 8) & 0xff, reference & 0xff, parts.length, i + 1]
      : [5, 0, 3, reference & 0xff, parts.length, i + 1];
    return { from, to, esm_class: 0x40, data_coding, short_message: Buffer.concat([Buffer.from(head), encode(part)]) };
  });
}
