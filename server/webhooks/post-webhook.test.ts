import { expect, test } from "vitest";
import { checkAddress } from "./post-webhook.ts";

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "100.64.0.1",
  "0.0.0.0",
  "192.0.2.1",
  "192.88.99.1",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:a01:203",
  "::127.0.0.1",
  "::ffff:0:7f00:1",
  "64:ff9b::7f00:1",
  "100::1",
  "2001:0:7f00:1::1",
  "2001:db8::1",
  "2002:7f00:1::1",
  "3fff::1",
  "5f00::1",
  "fc00::1",
  "fd12:3456::1",
  "fec0::1",
  "ff02::1",
])("%s is not on the public internet, and is reached only where any address may be", (address) => {
  expect(() => checkAddress(address, "public")).toThrow(`webhooks are not sent to ${address}`);
  expect(() => checkAddress(address, "any")).not.toThrow();
});

test.each(["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200"])(
  "%s, where clouds hand out credentials, is never reached",
  (address) => {
    for (const targets of ["any", "public"] as const)
      expect(() => checkAddress(address, targets)).toThrow(`webhooks are not sent to ${address}`);
  },
);

test.each(["93.184.215.14", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.128.0.1", "2606:2800:21f::1"])(
  "%s is on the public internet",
  (address) => {
    expect(() => checkAddress(address, "public")).not.toThrow();
  },
);
