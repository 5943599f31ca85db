/**
 * What a proxy says of the caller: X-Forwarded-For, -Proto and -Host, believed of those in TRUSTED_PROXIES and of nobody else.
 * Done once, before anything reads a header: what is left of them afterwards is true as far as the proxies are.
 */
import type { IncomingMessage } from "node:http";
import { type Networks, networkOf, readAddress } from "../kit/ip-address.ts";
import type { Logger } from "../kit/log.ts";
import { readHost } from "./host.ts";

const forwarding = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"] as const;

/**
 * Leaves of each header the one value that counts, and of what a stranger claims or what cannot be nothing. Whose claims
 * are not believed is told to `ignored`.
 */
export function believeProxies(
  request: IncomingMessage,
  trusted: Networks,
  ignored: (peer: string, names: string[]) => void = () => {},
): void {
  const { headers } = request;
  if (forwarding.every((name) => headers[name] === undefined)) return;
  const peer = request.socket.remoteAddress ?? "";
  const believed = trusted.has(peer);
  if (!believed) {
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

  function keep(name: (typeof forwarding)[number], isGood: boolean): void {
    if (believed && isGood) headers[name] = values[name] as string;
    else delete headers[name];
  }
}

/** Networks that are told of: strangers, of whom there is no end, must not fill the memory or the log. */
const mostTold = 100;

/**
 * Tells once of each peer that it is no proxy of ours. Either somebody tries something, or TRUSTED_PROXIES lacks a proxy: then
 * everybody behind it shares one address's limits, and nothing else would say why.
 */
export function tellIgnored(log: Pick<Logger, "warn">): (peer: string, names: string[]) => void {
  const told = new Set<string>();
  return (peer, names) => {
    const network = networkOf(peer);
    if (told.has(network) || told.size >= mostTold) return;
    told.add(network);
    const address = readAddress(peer) ?? peer;
    log.warn(
      { peer: address, headers: names },
      `${names.join(", ")} of ${address} ignored: it is not in TRUSTED_PROXIES. If it is your proxy, add it there`,
    );
  };
}

/** Who is calling, an IPv4 address as such: a server on :: has it as ::ffff:203.0.113.9. */
export const addressOf = (request: { ip: string }): string => readAddress(request.ip) ?? request.ip;

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
