/**
 * Where Varsla connects to because a user said so: webhooks, providers, feeds. A user must not choose this machine, its network,
 * or the address at which its cloud serves credentials: the answer, and even whether there was one, would tell what runs there.
 *
 * A name is resolved once, and the connection goes to the addresses that were checked then: a name that leads elsewhere a
 * moment later changes nothing. TLS still asks for the name. Every spelling of an address that the system knows (decimal,
 * octal, hexadecimal, short) becomes one address before it is looked at.
 */
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { embeddedIpv4, type Networks, networks, readAddress } from "./ip-address.ts";

/** A host that may be connected to. */
export interface Target {
  /** To be connected to with `lookup`. */
  host: string;
  /** Answers the addresses that were checked, and asks nobody. */
  lookup: LookupFunction;
  /** It is somewhere in the operator's network that nobody has named: nothing of its answer is shown. */
  discreet: boolean;
}

export interface OutboundTargets {
  /** Resolves a host once; throws TargetRefused where one of its addresses may not be reached, or it has none. */
  find(host: string, signal?: AbortSignal): Promise<Target>;
}

/** The same for a host of the operator's network and for one that is not there at all: which it is, would be an answer too. */
export class TargetRefused extends Error {
  override name = "TargetRefused";
  constructor() {
    super(
      "The target leads to no address on the public internet. " +
        "Others are reached only where ALLOWED_PRIVATE_TARGETS names them.",
    );
  }
}

/** Answers all addresses of a name; rejects where there are none. */
export type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>;

/** What may be reached: the public internet, the networks in `allowed`, and with `others` discreetly the rest. */
export function createOutboundTargets(options: {
  allowed: readonly string[];
  others?: "refused" | "discreet";
  resolve?: Resolve;
}): OutboundTargets {
  const named = networks(options.allowed);
  const resolve = options.resolve ?? ((host) => lookup(host, { all: true }));
  const others = options.others ?? "refused";
  return {
    async find(given, signal) {
      const host = given.replace(/^\[(.*)\]$/, "$1");
      const family = isIP(host);
      const addresses = family ? [{ address: host, family }] : await unlessAborted(addressesOf(host, resolve), signal);
      const kinds = addresses.map(({ address }) => addressKindOf(address, named));
      const reached = new Set<AddressKind>(["public", "named", ...(others === "discreet" ? (["other"] as const) : [])]);
      if (addresses.length === 0 || !kinds.every((kind) => reached.has(kind))) throw new TargetRefused();
      return { host, lookup: answering(addresses), discreet: kinds.includes("other") };
    },
  };
}

type Addresses = { address: string; family: number }[];
type AddressKind = "public" | "named" | "other" | "never";

/** How an address stands to the public internet. */
export function addressKindOf(address: string, named: Networks): AddressKind {
  const plain = readAddress(address);
  if (plain === null) return "never"; // a zone: an address of one of this machine's own links
  const inside = embeddedIpv4(plain);
  if ([plain, ...inside].some((face) => credentials.has(face))) return "never";
  // Nobody writes an IPv4 address as IPv6 who does not mean to hide it.
  if (isIP(address) === isIP(plain) && isPublic(plain)) return "public";
  const allowed = named.has(plain) && (inside.length === 0 || inside.some((face) => named.has(face) || isPublic(face)));
  return allowed ? "named" : "other";
}

/** A failure of the resolver is told as a refusal; what it was is the operator's own, who can ask the resolver. */
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

/** The system's resolver cannot be broken off: its answer is left to nobody. */
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

/** Where clouds hand out a machine's own credentials and settings. Link-local as a whole: most of them are there. */
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

/** What is on no map of the public internet: IANA's special-purpose registries (RFC 6890), IPv6 with what is not handed out. */
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
  // Of IPv6 only 2000::/3 is handed out to hosts. The rest is this machine, its network, or an IPv4 address in disguise.
  "::/3",
  "4000::/2",
  "8000::/1",
  "2001::/23", // protocols' own, Teredo among them
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4
  "3fff::/20", // documentation
]);

const isPublic = (address: string) => !special.has(address);
