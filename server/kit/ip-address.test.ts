import { expect, test } from "vitest";
import { embeddedIpv4, networkOf, networks, readAddress } from "./ip-address.ts";

test.each([
  ["203.0.113.9", "203.0.113.9"],
  ["::FFFF:203.0.113.9", "203.0.113.9"],
  ["::ffff:cb00:7109", "203.0.113.9"],
  ["2001:DB8:0:0::1", "2001:db8::1"],
])("%s is read as one canonical address", (text, address) => {
  expect(readAddress(text)).toBe(address);
});

test.each([
  "",
  "localhost",
  "127.1",
  "0x7f.0.0.1",
  "010.0.0.1",
  "2130706433",
  "1.2.3.4:80",
  "[::1]",
  "fe80::1%eth0",
  " ::1",
])("%j is not an address", (text) => {
  expect(readAddress(text)).toBeNull();
  expect(networks(["0.0.0.0/0", "::/0"]).has(text)).toBe(false);
});

test("the network of an IPv6 address is its /64, of an IPv4 address itself", () => {
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:DB8:1:2::"));
  expect(networkOf("2001:db8:1:2::1")).not.toBe(networkOf("2001:db8:1:3::1"));
  expect(networkOf("::ffff:203.0.113.9")).toBe("203.0.113.9");
  expect(networkOf("203.0.113.9")).not.toBe(networkOf("203.0.113.8"));
});

test.each([
  ["::ffff:a9fe:a9fe", "mapped"],
  ["::169.254.169.254", "compatible"],
  ["::ffff:0:a9fe:a9fe", "translated"],
  ["64:ff9b::a9fe:a9fe", "NAT64"],
  ["64:ff9b:1:a9fe:a9:fe00::", "NAT64 with a prefix of 48 bits"],
  ["64:ff9b:1:a9:fe:a9fe::", "NAT64 with a prefix of 56 bits"],
  ["64:ff9b:1::a9:fea9:fe00:0", "NAT64 with a prefix of 64 bits"],
  ["64:ff9b:1::a9fe:a9fe", "NAT64 with a prefix of 96 bits"],
  ["2002:a9fe:a9fe::1", "6to4"],
  ["2001:0:4136:e378:8000:63bf:5601:5601", "Teredo"],
])("%s embeds 169.254.169.254 (%s)", (address) => {
  expect(embeddedIpv4(address)).toContain("169.254.169.254");
});

test("a network contains its own family only, and a mapped one is IPv4", () => {
  expect(networks(["::/0"]).has("203.0.113.9")).toBe(false);
  expect(networks(["0.0.0.0/0"]).has("2001:db8::1")).toBe(false);
  expect(networks(["::ffff:10.0.0.0/104"]).has("10.9.9.9")).toBe(true);
  expect(networks(["10.0.0.0/8"]).has("::ffff:10.9.9.9")).toBe(true);
  expect(networks(["10.0.0.1"]).has("10.0.0.2")).toBe(false);
});
