/**
 * What a proxy says of the caller: X-Forwarded-For, -Proto and -Host, believed of those in TRUSTED_PROXIES and of nobody else.
 * Done once, before anything reads a header: what is left of them afterwards is true as far as the proxies are.
 */
import type { IncomingMessage } from "node:http";
import { type Networks, readAddress } from "../kit/ip-address.ts";
import { readHost } from "./host.ts";

const forwarding = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"] as const;

/** Leaves of each header the one value that counts, and of what a stranger claims or what cannot be nothing. */
export function believeProxies(request: IncomingMessage, trusted: Networks): void {
  const { headers } = request;
  if (forwarding.every((name) => headers[name] === undefined)) return;
  const peer = request.socket.remoteAddress ?? "";
  const believed = trusted.has(peer);
  const values = {
    "x-forwarded-for": callerOf(listOf(headers["x-forwarded-for"]), trusted),
    "x-forwarded-proto": listOf(headers["x-forwarded-proto"]).at(-1)?.toLowerCase(),
    "x-forwarded-host": listOf(headers["x-forwarded-host"]).at(-1),
  };
  keep("x-forwarded-for", values["x-forwarded-for"] !== null);
  keep("x-forwarded-proto", ["http", "https"].includes(values["x-forwarded-proto"] ?? ""));
  keep("x-forwarded-host", readHost(values["x-forwarded-host"] ?? "") !== null);

  function keep(name: (typeof forwarding)[number], isGood: boolean): void {
    if (believed && isGood) headers[name] = values[name] as string;
    else delete headers[name];
  }
}

/**
 * The first address from the right that is no proxy of ours. Each proxy adds whom it was called by, so what stands left of
 * that, or of something that is no address, the caller may have written.
 */
function callerOf(addresses: readonly string[], trusted: Networks): string | null {
  let caller: string | null = null;
  for (const text of addresses.toReversed()) {
    const address = readAddress(withoutPort(text));
    if (address === null) break;
    caller = address;
    if (!trusted.has(address)) break;
  }
  return caller;
}

/** Some proxies write the port too: 203.0.113.9:49152, [2001:db8::1]:49152. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text);
  if (bracketed) return bracketed[1] ?? "";
  return text.replace(/^([\d.]+):\d{1,5}$/, "$1");
}

/** The values of a header that may come several times, in order. */
function listOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(",") : (header ?? "");
  return text.split(",").flatMap((value) => value.trim() || []);
}
