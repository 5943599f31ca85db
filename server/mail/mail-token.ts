/**
 * Tokens that stand for one mail, in addresses that bounces return to (VERP), in Message-IDs and in unsubscribe links. They hold
 * workspace and mail, authenticated with the installation's key, so that nobody can make one for another's mail.
 *
 * Lower-case letters and digits, since some mail servers change the case of addresses. With a prefix of two characters they
 * fill the 64 octets that RFC 5321 allows before the @.
 */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** What a token is for: one of another purpose is not accepted. */
export type TokenPurpose = "return" | "message" | "unsubscribe";

export interface MailKey {
  workspace_id: string;
  mail_id: string;
}

export interface MailTokens {
  make(purpose: TokenPurpose, mail: MailKey): string;
  /** The mail of a token, in any case; null where it was not made here for this purpose. */
  read(purpose: TokenPurpose, token: string): MailKey | null;
}

const radix = 32;
const uuidBits = 122n;
/** Two UUIDs of version 7 without their fixed bits. */
const keyDigits = 49;
/** 65 bits. */
const macDigits = 13;
const tokenPattern = new RegExp(`^[0-9a-v]{${keyDigits + macDigits}}$`);

/** Tokens of an installation, by its key (config.secret_key). */
export function createMailTokens(secretKey: string): MailTokens {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "varsla", "tokens of mails", 32));
  const mac = (purpose: TokenPurpose, digits: string) => {
    const octets = createHmac("sha256", key).update(`${purpose} ${digits}`).digest("hex");
    return digitsOf(BigInt(`0x${octets}`) & ((1n << 65n) - 1n), macDigits);
  };
  return {
    make(purpose, { workspace_id, mail_id }) {
      const digits = digitsOf((bitsOf(workspace_id) << uuidBits) | bitsOf(mail_id), keyDigits);
      return digits + mac(purpose, digits);
    },
    read(purpose, token) {
      const text = token.toLowerCase();
      if (!tokenPattern.test(text)) return null;
      const digits = text.slice(0, keyDigits);
      if (!timingSafeEqual(Buffer.from(mac(purpose, digits)), Buffer.from(text.slice(keyDigits)))) return null;
      let bits = 0n;
      for (const digit of digits) bits = (bits << 5n) | BigInt(Number.parseInt(digit, radix));
      return { workspace_id: uuidOf(bits >> uuidBits), mail_id: uuidOf(bits & ((1n << uuidBits) - 1n)) };
    },
  };
}

const digitsOf = (bits: bigint, length: number) => bits.toString(radix).padStart(length, "0");

const low = (bits: bigint, count: bigint) => bits & ((1n << count) - 1n);

function bitsOf(uuid: string): bigint {
  const hex = uuid.replaceAll("-", "");
  if (!/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/i.test(hex)) throw new Error(`${uuid} is no UUID of version 7`);
  const [time, a, b] = [hex.slice(0, 12), hex.slice(13, 16), hex.slice(16)].map((part) => BigInt(`0x${part}`));
  return ((time as bigint) << 74n) | ((a as bigint) << 62n) | low(b as bigint, 62n);
}

function uuidOf(bits: bigint): string {
  const hex = (value: bigint, length: number) => value.toString(16).padStart(length, "0");
  const time = hex(low(bits >> 74n, 48n), 12);
  const last = hex((2n << 62n) | low(bits, 62n), 16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(low(bits >> 62n, 12n), 3)}-${last.slice(0, 4)}-${last.slice(4)}`;
}
