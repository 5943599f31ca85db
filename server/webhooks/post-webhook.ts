/**
 * One POST to an address that somebody else chose. It follows no redirect, waits ten seconds at most and reads no more of
 * the answer than it keeps.
 *
 * Addresses that only this machine's surroundings can reach are refused after the name is resolved, and the connection
 * goes to what was checked: a name that points elsewhere a moment later changes nothing.
 */
import { lookup } from "node:dns";
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import type { WebhookTargets } from "../kit/config.ts";

/** What came of it: an answer, or why there was none. */
export interface Posted {
  status: number | null;
  /** How the answer began. */
  response: string | null;
  error: string | null;
}

export const postTimeout = 10_000;
const mostRead = 2_048;

/** Posts once. Null when `signal` broke it off before there was an answer. */
export async function postWebhook(
  url: string,
  headers: Record<string, string>,
  body: string,
  options: { targets: WebhookTargets; signal: AbortSignal; timeout_ms?: number },
): Promise<Posted | null> {
  const timeout = options.timeout_ms ?? postTimeout;
  const late = AbortSignal.timeout(timeout);
  try {
    const answer = await post(new URL(url), headers, body, options.targets, AbortSignal.any([late, options.signal]));
    const response = await beginning(answer);
    return { status: answer.statusCode ?? null, response, error: null };
  } catch (error) {
    if (options.signal.aborted) return null;
    const why = late.aborted ? `no answer within ${timeout / 1000} s` : (error as Error).message;
    return { status: null, response: null, error: why || (error as NodeJS.ErrnoException).code || "no answer" };
  }
}

async function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  targets: WebhookTargets,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  // An address that is written out is connected to without a lookup.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host)) checkAddress(host, targets);
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise<IncomingMessage>((done, fail) => {
    const sent: ClientRequest = request(
      url,
      {
        method: "POST",
        headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        lookup: checkedLookup(targets),
        agent: false, // a connection of its own: none that somebody else's name was checked for
        signal,
      },
      done,
    );
    sent.on("error", fail);
    sent.end(body);
  });
}

/** The first kilobytes as text; the rest is not waited for. Whatever happens meanwhile, there was an answer. */
async function beginning(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= mostRead) break;
    }
  } catch {
    // It dripped until the time was over, or the connection broke: the status has been said.
  }
  answer.destroy();
  // PostgreSQL's text holds every character but this one.
  return Buffer.concat(chunks).subarray(0, mostRead).toString("utf8").replaceAll("\0", "");
}

const checkedLookup =
  (targets: WebhookTargets): LookupFunction =>
  (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, "", 0);
      try {
        for (const { address } of addresses) checkAddress(address, targets);
      } catch (refused) {
        return done(refused as Error, "", 0);
      }
      if (options.all) return done(null, addresses);
      return done(null, addresses[0]?.address ?? "", addresses[0]?.family ?? 0);
    });
  };

/** Throws unless a webhook may go to this address. */
export function checkAddress(address: string, targets: WebhookTargets): void {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  const refused = targets === "any" ? [never] : [never, notPublic, ...(family === "ipv6" ? [notPublic6] : [])];
  if (refused.some((list) => list.check(address, family))) throw new Error(`webhooks are not sent to ${address}`);
}

/** Where clouds hand out a machine's own credentials. An IPv4 rule holds for the address written as IPv6 (::ffff:) too. */
const never = new BlockList();
never.addSubnet("169.254.0.0", 16, "ipv4");
never.addSubnet("fe80::", 10, "ipv6");
never.addAddress("fd00:ec2::254", "ipv6");
never.addAddress("fd00:ec2::23", "ipv6");
never.addAddress("100.100.100.200", "ipv4");

/** What is on no map of the public internet: IANA's special-purpose registries (RFC 6890). */
const notPublic = listOf("ipv4", [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10], // carrier-grade NAT
  ["127.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
]);

/**
 * Of IPv6 only 2000::/3 is handed out to hosts; the rest is this machine, its network, or an IPv4 address in disguise. A list
 * of its own, for Node would hold a rule as wide as these against IPv4 addresses as well.
 */
const notPublic6 = listOf("ipv6", [
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 23], // protocols' own, Teredo among them: any IPv4 address
  ["2001:db8::", 32],
  ["2002::", 16], // 6to4: any IPv4 address
  ["3fff::", 20],
]);

function listOf(family: "ipv4" | "ipv6", subnets: readonly (readonly [network: string, bits: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of subnets) list.addSubnet(network, bits, family);
  return list;
}
