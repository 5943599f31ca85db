/**
 * X-Forwarded-For, -Proto and -Host, accepted from proxies in TRUSTED_PROXIES only. Done once, before anything reads a header,
 * so that later code can rely on what is left of them.
 */
import type { IncomingMessage } from "node:http";
import { type Networks, networkOf, readAddress } from "../kit/ip-address.ts";
import type { Logger } from "../kit/log.ts";
import { readHost } from "./host.ts";

const forwarding = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"] as const;

/**
 * Reduces each header to the one value that counts, and removes it when an untrusted peer sent it or its value is invalid.
 * `ignored` is called with such a peer.
 */
export function applyForwarded(
  request: IncomingMessage,
  trusted: Networks,
  ignored: (peer: string, names: string[]) => void = () => {},
): void {
  const { headers } = request;
  if (forwarding.every((name) => headers[name] === undefined)) return;
  const peer = request.socket.remoteAddress ?? "";
  const isTrusted = trusted.has(peer);
  if (!isTrusted) {
    const named = forwarding.filter((name) => headers[name] !== undefined);
    ignored(peer, named);
  }
  const values = {
    "x-forwarded-for": callerOf(listOf(headers["x-forwarded-for"]), trusted),
    "x-forwarded-proto": listOf(headers["x-forwarded-proto"]).at(-1)?.toLowerCase(),
    "x-forwarded-host": listOf(headers["x-forwarded-host"]).at(-1),
  };
  keep("x-forwarded-for", values["x-forwarded-for"] !== null);
  keep("x-forwarded-proto", ["http", "https"].includes(values["x-forwarded-proto"] ?? ""));
  keep("x-forwarded-host", readHost(values["x-forwarded-host"] ?? "") !== null);

  function keep(name: (typeof forwarding)[number], isValid: boolean): void {
    if (isTrusted && isValid) headers[name] = values[name] as string;
    else delete headers[name];
  }
}

/** Bounds the peers that are logged and kept in memory, since there may be any number of strangers. */
const maxWarned = 100;

/**
 * Logs each untrusted peer that sends such headers once. Either it is an attack, or TRUSTED_PROXIES lacks a proxy: then all
 * callers behind it share one address's limits, and nothing else would say why.
 */
export function warnOfIgnored(log: Pick<Logger, "warn">): (peer: string, names: string[]) => void {
  const warned = new Set<string>();
  return (peer, names) => {
    const network = networkOf(peer);
    if (warned.has(network) || warned.size >= maxWarned) return;
    warned.add(network);
    const address = readAddress(peer) ?? peer;
    log.warn(
      { peer: address, headers: names },
      `${names.join(", ")} of ${address} ignored: it is not in TRUSTED_PROXIES. If it is your proxy, add it there`,
    );
  };
}

/** The caller's address; an IPv4 address in its own form, since a server on :: has it as ::ffff:203.0.113.9. */
export const addressOf = (request: { ip: string }): string => readAddress(request.ip) ?? request.ip;

/**
 * The first address from the right that is not a trusted proxy. Each proxy appends its peer's address, so the caller may have
 * written what is left of that, or of a value that is not an address.
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

/** Some proxies add the port: 203.0.113.9:49152, [2001:db8::1]:49152. */
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
