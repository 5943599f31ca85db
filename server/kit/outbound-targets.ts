/**
 * Checks addresses that Varsla connects to at a user's request: webhooks, providers, feeds. A user must not choose this machine,
 * its network, or the address at which its cloud serves credentials: even whether it answers would reveal what runs there (SSRF).
 *
 * A name is resolved once, and the connection goes to the addresses that were checked then, so that a later change of its DNS
 * has no effect. TLS still verifies the name. Every notation of an address that the system knows (decimal, octal, hexadecimal,
 * short) is resolved to an address before the check.
 */
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { embeddedIpv4, type Networks, networks, readAddress } from "./ip-address.ts";

/** A host that may be connected to. */
export interface Target {
  /** Connect to it with `lookup`. */
  host: string;
  /** Returns the addresses that were checked, without a DNS query. */
  lookup: LookupFunction;
  /** It is in the operator's network and not in the allowed list: its answers must not be shown. */
  discreet: boolean;
}

export interface OutboundTargets {
  /** Resolves a host once; throws TargetRefused when one of its addresses may not be reached, or it has none. */
  find(host: string, signal?: AbortSignal): Promise<Target>;
}

/** The same error for a host in the operator's network and for an unknown host, so that it does not reveal which it is. */
export class TargetRefused extends Error {
  override name = "TargetRefused";
  constructor() {
    super(
      "The target leads to no address on the public internet. " +
        "Others are reached only where ALLOWED_PRIVATE_TARGETS names them.",
    );
  }
}

/** Returns all addresses of a name; rejects when there are none. */
export type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>;

/** Targets may be on the public internet, in the networks of `allowed`, and with `others` "discreet" anywhere else. */
export function createOutboundTargets(options: {
  allowed: readonly string[];
  others?: "refused" | "discreet";
  resolve?: Resolve;
}): OutboundTargets {
  const allowed = networks(options.allowed);
  const resolve = options.resolve ?? ((host) => lookup(host, { all: true }));
  const others = options.others ?? "refused";
  return {
    async find(given, signal) {
      const host = given.replace(/^\[(.*)\]$/, "$1");
      const family = isIP(host);
      const addresses = family ? [{ address: host, family }] : await unlessAborted(addressesOf(host, resolve), signal);
      const kinds = addresses.map(({ address }) => addressKindOf(address, allowed));
      const reached = new Set<AddressKind>([
        "public",
        "allowed",
        ...(others === "discreet" ? (["other"] as const) : []),
      ]);
      if (addresses.length === 0 || !kinds.every((kind) => reached.has(kind))) throw new TargetRefused();
      return { host, lookup: answering(addresses), discreet: kinds.includes("other") };
    },
  };
}

type Addresses = { address: string; family: number }[];
type AddressKind = "public" | "allowed" | "other" | "never";

/** Classifies an address. */
export function addressKindOf(address: string, allowed: Networks): AddressKind {
  const plain = readAddress(address);
  if (plain === null) return "never"; // with a zone: a link-local address of this machine
  const inside = embeddedIpv4(plain);
  if ([plain, ...inside].some((face) => credentials.has(face))) return "never";
  // An IPv4 address written as IPv6 is never public: that is done only to hide it.
  if (isIP(address) === isIP(plain) && isPublic(plain)) return "public";
  if (!allowed.has(plain)) return "other";
  return inside.length === 0 || inside.some((face) => allowed.has(face) || isPublic(face)) ? "allowed" : "other";
}

/** A resolver's failure is reported as a refusal, without its cause. */
async function addressesOf(host: string, resolve: Resolve): Promise<Addresses> {
  try {
    return [...(await resolve(host))];
  } catch {
    throw new TargetRefused();
  }
}

function answering(addresses: Addresses): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses;
    if (options.all) done(null, addresses);
    else done(null, first?.address ?? "", first?.family ?? 0);
  };
}

/** The system's resolver cannot be cancelled: after an abort its result is ignored. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Addresses at which clouds serve a machine's credentials and settings. Link-local as a whole, since most are there. */
const credentials = networks([
  "169.254.0.0/16",
  "fe80::/10",
  "fd00:ec2::/32", // AWS
  "fd20:ce::254", // Google
  "fd00:c1::a9fe:a9fe", // Oracle
  "fd00:42::42", // Scaleway
  "100.100.100.200", // Alibaba
  "168.63.129.16", // Azure
  "192.0.0.192", // Oracle
]);

/** Addresses outside of the public internet: IANA's special-purpose registries (RFC 6890), and unallocated IPv6. */
const special = networks([
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10", // carrier-grade NAT
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16",
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/3", // multicast, reserved, broadcast
  // Of IPv6 only 2000::/3 is allocated to hosts. The rest is this machine, its network, or an embedded IPv4 address.
  "::/3",
  "4000::/2",
  "8000::/1",
  "2001::/23", // protocols' own, Teredo among them
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4
  "3fff::/20", // documentation
]);

const isPublic = (address: string) => !special.has(address);
