/** The URLs that Twilio calls back. */
import { connectionOverrides } from "./twilio-signature.ts";

/** Where Twilio says what became of one text: its connection and the text stand in it. */
export function callbackUrl(publicUrl: string, carrierId: string, messageId: string): string {
  return `${publicUrl}/api/v1/carriers/${carrierId}/twilio/status?message=${messageId}${connectionOverrides}`;
}

/**
 * Whether the server of the API can reach us. Twilio refuses URLs outside of the public internet (21609), while a stand-in
 * on this machine can be anywhere too.
 */
export function isReachable(publicUrl: string, apiUrl: string): boolean {
  return isPublic(new URL(publicUrl).hostname) || !isPublic(new URL(apiUrl).hostname);
}

/** Not a name or an address of this machine or its network, as far as one can see. */
function isPublic(host: string): boolean {
  if (/(^|\.)(localhost|local|internal|lan|home\.arpa|test)$/i.test(host)) return false;
  if (host.startsWith("[")) return !/^\[(::1?\]|f[cd]|fe[89ab])/i.test(host);
  if (!host.includes(".")) return false;
  return !/^(127\.|10\.|0\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host);
}
