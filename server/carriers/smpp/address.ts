/** Addresses in SMPP: what kind of number they are (type of number and numbering plan, SMPP 3.4, 5.2.5 and 5.2.6). */

import type { AddressType } from "../../../rules/inbound-address.ts";

export interface SmppAddress {
  ton: number;
  npi: number;
  address: string;
}

/** A setting; "auto": by the form of the address. */
export interface AddressRule {
  ton: number | "auto";
  npi: number | "auto";
}

const unknown = { ton: 0, npi: 0 };
const international = { ton: 1, npi: 1 };
const national = { ton: 2, npi: 1 };
/** Short codes are the network's own. */
const network = { ton: 3, npi: 0 };
const alphanumeric = { ton: 5, npi: 0 };

/** The field has 20 octets and a zero (SMPP 3.4, 5.2.8). */
const longest = 20;
const longestShortCode = 8;

/** One of our addresses (E.164, short code, digits of a national number, name) as it is written in a PDU. */
export function smppAddress(address: string, rule: AddressRule): SmppAddress {
  const digits = address.startsWith("+") ? address.slice(1) : address;
  const { ton, npi } = kindOf(address);
  return {
    ton: rule.ton === "auto" ? ton : rule.ton,
    npi: rule.npi === "auto" ? npi : rule.npi,
    address: digits.slice(0, longest),
  };
}

function kindOf(address: string): { ton: number; npi: number } {
  if (/^\+\d+$/.test(address)) return international;
  if (!/^\d+$/.test(address)) return address === "" ? unknown : alphanumeric;
  return address.length <= longestShortCode ? network : national;
}

/** An address from the network as the rest of Varsla writes it: with + where the network says that it is international. */
export function readSmppAddress({ ton, address }: Pick<SmppAddress, "ton" | "address">): string {
  const trimmed = address.trim();
  if (ton === 1 && /^\d{5,}$/.test(trimmed)) return `+${trimmed.replace(/^00/, "")}`;
  if (/^00[1-9]\d{6,}$/.test(trimmed)) return `+${trimmed.slice(2)}`;
  return trimmed;
}

/** The type that the network gives an address, beyond the + of `readSmppAddress`. */
export const smppAddressType = ({ ton }: Pick<SmppAddress, "ton">): AddressType =>
  ton === national.ton ? "national" : "unknown";
