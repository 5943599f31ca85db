/** The submit_sm of a text's part, by the settings of its connection. */
import type { SmppSettings } from "../../../contract/carriers.ts";
import type { OutboundText } from "../carrier.ts";
import { smppAddress } from "./address.ts";
import { referenceOctets } from "./incoming.ts";
import type { TextPart } from "./long-text.ts";
import { writeSubmitSm } from "./pdu.ts";

/** The octets of a submit_sm; `parts` is how many the text has. */
export type SubmitWriter = (sequence: number, text: OutboundText, part: TextPart, parts: number, now: Date) => Buffer;

export function createSubmitWriter(settings: SmppSettings): SubmitWriter {
  const frame = { service_type: settings.service_type, registered_delivery: settings.receipts === "all" ? 1 : 0 };
  const source = { ton: settings.source_ton, npi: settings.source_npi };
  const destination = { ton: settings.destination_ton, npi: settings.destination_npi };
  const own = settings.reference_tlv;
  return (sequence, text, part, parts, now) =>
    writeSubmitSm(sequence, frame, {
      from: smppAddress(text.from, source),
      to: smppAddress(text.to, destination),
      esm_class: part.esm_class,
      validity_period: validityPeriod(text.expires_at, now, settings.validity),
      data_coding: part.data_coding,
      short_message: part.short_message,
      tlvs: own !== null && parts === 1 ? [...part.tlvs, [own, referenceOctets(text.message_id)]] : part.tlvs,
    });
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
/** A relative one counts days in two digits; months would have no certain length. */
const longestRelative = 30 * day;

/** The validity_period (SMPP 3.4, 7.1.1: YYMMDDhhmmsstnnp) of a text, from `now`; empty where the provider decides. */
export function validityPeriod(expiresAt: Date | null, now: Date, form: "relative" | "absolute"): string {
  if (expiresAt === null) return "";
  const seconds = Math.max(1, Math.floor((expiresAt.getTime() - now.getTime()) / 1000));
  if (form === "absolute") return `${expiresAt.toISOString().replaceAll(/\D/g, "").slice(2, 14)}000+`;
  const left = Math.min(seconds, longestRelative);
  const fields = [Math.floor(left / day), Math.floor(left / hour) % 24, Math.floor(left / minute) % 60, left % 60];
  return `0000${fields.map((field) => String(field).padStart(2, "0")).join("")}000R`;
}
