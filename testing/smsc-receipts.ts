/** Receipts in the forms of real providers (SMPP 3.4, appendix B, and deviations from it). */
import type { Behaviour } from "./smsc-behaviour.ts";
import type { Delivery } from "./smsc-delivery.ts";

const states: Record<string, number> = {
  ENROUTE: 1,
  DELIVRD: 2,
  EXPIRED: 3,
  DELETED: 4,
  UNDELIV: 5,
  ACCEPTD: 6,
  UNKNOWN: 7,
  REJECTD: 8,
};
const receiptClass = 0x04;
const receiptedMessageId = 0x001e;
const messageState = 0x0427;

export interface Receipted {
  id: string;
  from: string;
  to: string;
  text: string;
  at: Date;
  echo: Buffer | null;
}

/** The receipt of an accepted text: from the text's recipient to its sender. */
export function receiptOf(taken: Receipted, behaviour: Behaviour): Delivery {
  const stat = behaviour.stat_to[taken.to] ?? behaviour.stat;
  const id = rewrite(taken.id, behaviour.receipt_ids);
  const tlvs: [number, Buffer][] = [];
  if (behaviour.receipt_tlvs || behaviour.receipt_form === "empty")
    tlvs.push([receiptedMessageId, Buffer.from(`${id}\0`)], [messageState, Buffer.from([states[stat] ?? 7])]);
  if (behaviour.echo_tag !== null && taken.echo) tlvs.push([behaviour.echo_tag, taken.echo]);
  const short_message = Buffer.from(textOf(id, stat, taken, behaviour), "latin1");
  return {
    kind: "receipt",
    from: taken.to,
    to: taken.from,
    esm_class: receiptClass,
    data_coding: 0,
    short_message,
    tlvs,
  };
}

function textOf(id: string, stat: string, { at, text }: Receipted, behaviour: Behaviour): string {
  const err = stat === "DELIVRD" ? "000" : behaviour.err;
  const delivered = stat === "DELIVRD" ? "001" : "000";
  const date = (seconds: boolean) =>
    at
      .toISOString()
      .replaceAll(/\D/g, "")
      .slice(2, seconds ? 14 : 12);
  const long = (seconds: boolean) =>
    `id:${id} sub:001 dlvrd:${delivered} submit date:${date(seconds)} done date:${date(seconds)} stat:${stat} err:${err} text:${text.slice(0, 20)}`;
  if (behaviour.receipt_form === "empty") return "";
  if (behaviour.receipt_form === "bare") return `id:${id} stat:${stat}`;
  if (behaviour.receipt_form === "seconds") return long(true);
  if (behaviour.receipt_form === "standard") return long(false);
  return `Id:${id} Sub:001 Dlvrd:${delivered} Submit Date:${date(false)} Done Date:${date(false)} Stat:${stat} Err:${err} Text:`;
}

function rewrite(id: string, how: Behaviour["receipt_ids"]): string {
  if (how === "decimal_to_hex") return BigInt(id).toString(16).toUpperCase();
  return how === "hex_to_decimal" ? BigInt(`0x${id}`).toString() : id;
}
