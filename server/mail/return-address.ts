/** The envelope sender of a mail: an address of its own (VERP), so that a bounce tells which mail it is about. */
import type { MailKey, MailTokens } from "./mail-token.ts";

const prefix = "b-";

/** The address that a mail's bounces return to. */
export function returnAddress(tokens: MailTokens, mailDomain: string, mail: MailKey): string {
  return `${prefix}${tokens.make("return", mail)}@${mailDomain}`;
}

/** The mail whose bounces return to an address; null where it is none of ours. */
export function mailOfReturnAddress(tokens: MailTokens, mailDomain: string, address: string): MailKey | null {
  const text = address.toLowerCase();
  const at = text.lastIndexOf("@");
  if (!text.startsWith(prefix) || text.slice(at + 1) !== mailDomain) return null;
  return tokens.read("return", text.slice(prefix.length, at));
}
