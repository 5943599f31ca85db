import { type AddressInfo, connect, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { networks } from "./ip-address.ts";
import { createOutboundTargets, type Resolve, addressKindOf, TargetRefused } from "./outbound-targets.ts";

const nothing = createOutboundTargets({ allowed: [] });

test.each([
  "127.0.0.1",
  "127.255.255.254",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "100.64.0.1",
  "100.127.255.255",
  "0.0.0.0",
  "0.1.2.3",
  "169.254.169.254",
  "192.0.0.8",
  "192.0.0.192",
  "192.0.2.1",
  "192.88.99.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "100.100.100.200",
  "168.63.129.16",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "::ffff:a01:203",
  "::127.0.0.1",
  "::ffff:0:7f00:1",
  "64:ff9b::7f00:1",
  "64:ff9b::808:808",
  "64:ff9b:1::7f00:1",
  "100::1",
  "2001:0:7f00:1::1",
  "2001:2::1",
  "2001:10::1",
  "2001:db8::1",
  "2002:7f00:1::1",
  "2002:808:808::1",
  "3fff::1",
  "5f00::1",
  "fc00::1",
  "fd12:3456::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%eth0",
  "8.8.8.8%1",
  "fec0::1",
  "ff02::1",
])("%s is not on the public internet", async (address) => {
  await expect(nothing.find(address)).rejects.toThrow(TargetRefused);
  await expect(nothing.find(`[${address}]`)).rejects.toThrow(TargetRefused);
});

test.each([
  "2130706433",
  "0x7f000001",
  "0x7f.0x0.0x0.0x1",
  "017700000001",
  "0177.0.0.1",
  "127.1",
  "127.0.1",
  "0",
  "localhost",
  "LOCALHOST",
  "localhost.",
  "any.localhost",
  "nothing-is-here.invalid",
  "",
  " ",
  "two words",
  "127.0.0.1/8",
])("%j, as the system's resolver reads it, is refused with the same message", async (host) => {
  await expect(nothing.find(host)).rejects.toThrow(new TargetRefused().message);
});

test.each([
  "93.184.215.14",
  "172.15.0.1",
  "172.32.0.1",
  "192.169.0.1",
  "100.128.0.1",
  "168.63.129.17",
  "2606:2800:21f::1",
])("%s is on the public internet", async (address) => {
  expect(await nothing.find(address)).toMatchObject({ host: address, discreet: false });
});

test("only the networks that the operator allows are reached, and never the cloud's credential addresses", () => {
  const allowed = networks([
    "10.1.0.0/16",
    "127.0.0.1",
    "fd00::/8",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "169.254.0.0/16",
    "0.0.0.0/8",
  ]);
  const kindOf = (address: string) => addressKindOf(address, allowed);
  for (const address of [
    "10.1.2.3",
    "127.0.0.1",
    "::ffff:10.1.2.3",
    "fd12::1",
    "64:ff9b::808:808",
    "64:ff9b:1::808:808",
  ])
    expect(kindOf(address), address).toBe("allowed");
  for (const address of ["10.2.0.1", "127.0.0.2", "fc00::1", "64:ff9b::a02:1", "::ffff:10.2.0.1"])
    expect(kindOf(address), address).toBe("other");
  for (const address of [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
  ])
    expect(kindOf(address), address).toBe("never");
});

test("even when others may be reached, credential addresses are refused in every notation", async () => {
  const any = createOutboundTargets({ allowed: [], others: "discreet" });
  expect(await any.find("10.0.0.1")).toMatchObject({ discreet: true });
  expect(await any.find("8.8.8.8")).toMatchObject({ discreet: false });
  for (const address of [
    "169.254.169.254",
    "::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "64:ff9b:1::a9fe:a9fe",
    "fe80::1%lo",
  ])
    await expect(any.find(address), address).rejects.toThrow(TargetRefused);
});

test("a name that resolves differently a moment later is connected to the address that was checked", async () => {
  const server = createServer((socket) => socket.end("here"));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  let asked = 0;
  const resolve: Resolve = async () => [{ address: asked++ === 0 ? "127.0.0.1" : "127.0.0.2", family: 4 }];
  const targets = createOutboundTargets({ allowed: ["127.0.0.1"], resolve });
  const { host, lookup } = await targets.find("rebound.example");
  for (let connection = 0; connection < 2; connection++) {
    const socket = connect({ host, lookup, port: (server.address() as AddressInfo).port });
    const answer = await new Promise((done) => socket.once("data", (chunk) => done(String(chunk))));
    expect([answer, socket.remoteAddress]).toEqual(["here", "127.0.0.1"]);
    socket.destroy();
  }
  expect(asked).toBe(1);
  await expect(targets.find("rebound.example")).rejects.toThrow(TargetRefused);
});

test("a name with one refused address is refused", async () => {
  const resolve: Resolve = async () => [
    { address: "8.8.8.8", family: 4 },
    { address: "10.0.0.1", family: 4 },
  ];
  await expect(createOutboundTargets({ allowed: [], resolve }).find("two.example")).rejects.toThrow(TargetRefused);
});

test("the wait for a resolver that does not answer ends with the caller's signal", async () => {
  const targets = createOutboundTargets({ allowed: [], resolve: () => new Promise(() => {}) });
  const timeout = new AbortController();
  const found = targets.find("slow.example", timeout.signal);
  timeout.abort(new Error("enough"));
  await expect(found).rejects.toThrow("enough");
});
