import { pino } from "pino";
import { expect, test } from "vitest";
import { testApp } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";

const lines: { msg: string; peer?: string; headers?: string[] }[] = [];
const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
const { call } = await testApp(await testDatabase(), {
  services: { log },
  config: { trusted_proxies: ["127.0.0.0/8", "10.0.0.0/8"] },
});
const warnings = () => lines.filter(({ msg }) => msg.includes("TRUSTED_PROXIES"));
const ask = (ip: string, headers = { "x-forwarded-for": "198.51.100.7" } as Record<string, string>) =>
  call("GET /workspace", { ip, headers });

test("each proxy that is not in TRUSTED_PROXIES is logged once, with the headers that are ignored", async () => {
  for (const ip of ["127.0.0.1", "10.0.0.7", "::ffff:10.0.0.7"]) await ask(ip);
  await ask("203.0.113.9", {});
  expect(warnings()).toEqual([]);
  await ask("203.0.113.9");
  await ask("::ffff:203.0.113.9");
  await ask("203.0.113.10", { "x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.7" });
  await ask("203.0.113.10");
  expect(warnings()).toMatchObject([
    {
      peer: "203.0.113.9",
      headers: ["x-forwarded-for"],
      msg: expect.stringContaining("x-forwarded-for of 203.0.113.9"),
    },
    { peer: "203.0.113.10", headers: ["x-forwarded-for", "x-forwarded-proto"] },
  ]);
});

test("thousands of strangers, or many addresses of one network, do not fill the log", async () => {
  for (let n = 0; n < 300; n++) await ask(`2001:db8::${n.toString(16)}`);
  expect(warnings().filter(({ peer }) => peer?.startsWith("2001:db8:"))).toHaveLength(1);
  for (let n = 0; n < 300; n++) await ask(`192.0.${n >> 8}.${n & 255}`);
  expect(warnings()).toHaveLength(100);
});
