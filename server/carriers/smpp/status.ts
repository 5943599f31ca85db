/** What a provider's command_status (SMPP 3.4, 5.1.3) means for a text. */
import type { FailureReason } from "../../../contract/messages.ts";

export type StatusMeaning =
  /** Too fast, or its queue is full: the same text is offered again after a while. */
  | { kind: "throttled" }
  /** A temporary error of the provider; the text did not go. */
  | { kind: "internal_error" }
  /** It takes nothing through this connection, which is closed and bound again. */
  | { kind: "down" }
  /** It will never take this text; `elsewhere`: another carrier may. */
  | { kind: "refused"; reason: FailureReason; elsewhere: boolean };

const refused = (reason: FailureReason, elsewhere = true): StatusMeaning => ({ kind: "refused", reason, elsewhere });

const meanings: Record<number, StatusMeaning> = {
  0x04: { kind: "down" }, // ESME_RINVBNDSTS: not bound for this
  0x08: { kind: "internal_error" }, // ESME_RSYSERR
  0x0a: refused("carrier_violation"), // ESME_RINVSRCADR: the sender is not one of its own
  0x0b: refused("unknown_number", false), // ESME_RINVDSTADR
  0x0d: { kind: "down" }, // ESME_RBINDFAIL
  0x14: { kind: "throttled" }, // ESME_RMSGQFUL
  0x45: refused("unknown"), // ESME_RSUBMITFAIL
  0x48: refused("carrier_violation"), // ESME_RINVSRCTON
  0x49: refused("carrier_violation"), // ESME_RINVSRCNPI
  0x50: refused("unknown_number"), // ESME_RINVDSTTON
  0x51: refused("unknown_number"), // ESME_RINVDSTNPI
  0x58: { kind: "throttled" }, // ESME_RTHROTTLED
  0x62: refused("expired"), // ESME_RINVEXPIRY
  0x64: { kind: "internal_error" }, // ESME_RX_T_APPN
  0x65: refused("blocked"), // ESME_RX_P_APPN
  0x66: refused("blocked"), // ESME_RX_R_APPN
  0xfe: refused("unreachable", false), // ESME_RDELIVERYFAILURE
};

const names: Record<number, string> = {
  0x01: "ESME_RINVMSGLEN",
  0x02: "ESME_RINVCMDLEN",
  0x03: "ESME_RINVCMDID",
  0x04: "ESME_RINVBNDSTS",
  0x05: "ESME_RALYBND",
  0x08: "ESME_RSYSERR",
  0x0a: "ESME_RINVSRCADR",
  0x0b: "ESME_RINVDSTADR",
  0x0d: "ESME_RBINDFAIL",
  0x0e: "ESME_RINVPASWD",
  0x0f: "ESME_RINVSYSID",
  0x14: "ESME_RMSGQFUL",
  0x45: "ESME_RSUBMITFAIL",
  0x53: "ESME_RINVSYSTYP",
  0x58: "ESME_RTHROTTLED",
};

/** An unlisted status is about the text or this provider: the text is not offered again here, but another carrier may take it. */
export const meaningOf = (status: number): StatusMeaning => meanings[status] ?? refused("unknown");

/** The code as operators write it: 0x0000000B. */
export const statusCode = (status: number): string => `0x${status.toString(16).toUpperCase().padStart(8, "0")}`;

/** For people: the code, with its name where the standard has one for it. */
export const statusName = (status: number): string =>
  names[status] ? `${names[status]} (${statusCode(status)})` : statusCode(status);
