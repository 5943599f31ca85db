/**
 * Parsing and comparing IP addresses and networks. Parsing is Node's own (isIP, URL, BlockList), which accepts no octal, hex or
 * short form; BlockList alone is not enough, since it applies a wide IPv6 rule such as ::/3 to IPv4 as well.
 */
import { BlockList, isIP } from "node:net";

/** Networks, each like 10.0.0.0/8, fd00::/8 or a single address. */
export interface Networks {
  /** Whether the address is in one of them; false for an invalid address. ::ffff:10.0.0.1 counts as 10.0.0.1. */
  has(address: string): boolean;
}

/**
 * The canonical form of an address: IPv4 dotted, IPv6 short and in lower case, an IPv4-mapped address as IPv4. Null for anything
 * else: names, and addresses with ports, brackets or zones.
 */
export function readAddress(text: string): string | null {
  if (isIP(text) === 4) return text;
  const groups = groupsOf(text);
  if (!groups) return null;
  return isMapped(groups) ? dotted(groups[6], groups[7]) : canonical(text);
}

/** The network that one customer usually has: of an IPv6 address its /64, of an IPv4 address itself. */
export function networkOf(address: string): string {
  const read = readAddress(address);
  const groups = read === null ? null : groupsOf(read);
  if (!groups) return read ?? address;
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/**
 * The IPv4 addresses that an IPv6 address may be translated to: mapped, compatible, translated (SIIT), NAT64 (RFC 6052, 8215),
 * 6to4 and Teredo. The length of a prefix in 64:ff9b:1::/48 is unknown, so all possible ones are returned.
 */
export function embeddedIpv4(address: string): string[] {
  const groups = groupsOf(address);
  if (!groups) return [];
  const [a, b, c, d, e, f, g, h] = groups;
  const startsWith = (...prefix: number[]) => prefix.every((group, i) => groups[i] === group);
  if (isMapped(groups) || startsWith(0, 0, 0, 0, 0xffff, 0) || startsWith(0x64, 0xff9b, 0, 0, 0, 0))
    return [dotted(g, h)];
  // ::1 and :: are not IPv4 addresses.
  if (startsWith(0, 0, 0, 0, 0, 0)) return g !== 0 || h > 1 ? [dotted(g, h)] : [];
  // RFC 6052, 2.2: prefixes of 48, 56, 64 and 96 bits; the ninth octet is always zero and not part of the address.
  if (startsWith(0x64, 0xff9b, 1)) {
    const split56 = dotted(((d & 0xff) << 8) | (e & 0xff), f);
    const split64 = dotted(((e & 0xff) << 8) | (f >> 8), ((f & 0xff) << 8) | (g >> 8));
    return [dotted(d, ((e & 0xff) << 8) | (f >> 8)), split56, split64, dotted(g, h)];
  }
  if (a === 0x2002) return [dotted(b, c)];
  if (startsWith(0x2001, 0)) return [dotted(~g & 0xffff, ~h & 0xffff)];
  return [];
}

/** Parses a network; null when it is invalid. */
export function readNetwork(text: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | null {
  const [given = "", width, ...rest] = text.split("/");
  const address = readAddress(given);
  if (address === null || rest.length > 0) return null;
  const family = isIP(address) === 4 ? "ipv4" : "ipv6";
  const most = family === "ipv4" ? 32 : 128;
  if (width === undefined) return { address, bits: most, family };
  if (!/^(0|[1-9]\d{0,2})$/.test(width)) return null;
  // The first 96 bits of a mapped address are its prefix.
  const bits = Number(width) - (family === "ipv4" && given.includes(":") ? 96 : 0);
  return bits < 0 || bits > most ? null : { address, bits, family };
}

/** The networks of a list, which must be valid. */
export function networks(list: readonly string[]): Networks {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const text of list) {
    const network = readNetwork(text);
    if (!network) throw new Error(`${text} is no network`);
    lists[network.family].addSubnet(network.address, network.bits, network.family);
  }
  return {
    has(address) {
      const read = readAddress(address);
      if (read === null) return false;
      const family = isIP(read) === 4 ? "ipv4" : "ipv6";
      return lists[family].check(read, family);
    },
  };
}

type Groups = [number, number, number, number, number, number, number, number];

const canonical = (ipv6: string) => new URL(`http://[${ipv6}]`).hostname.slice(1, -1);

function groupsOf(address: string): Groups | null {
  if (isIP(address) !== 6 || address.includes("%")) return null;
  const [head = "", tail] = canonical(address).split("::");
  const read = (part: string) =>
    part
      .split(":")
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  const front = read(head);
  const back = read(tail ?? "");
  const between = Array<number>(8 - front.length - back.length).fill(0);
  return [...front, ...between, ...back] as Groups;
}

const isMapped = (groups: Groups) => groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
const dotted = (high: number, low: number) => [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
