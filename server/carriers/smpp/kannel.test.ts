/**
 * SMPP against another implementation: Kannel 1.4.5. Its drive_smpp takes submit_sm and sends deliver_sm (no receipts, no
 * transceivers), and its bearerbox tests the test SMSC that all other tests here use. Skipped where it is not
 * installed: apt-get install kannel kannel-extras.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { hasKannel, kannelInstall, startKannel } from "../../../testing/kannel.ts";
import { connectSmpp } from "../../../testing/smpp-pipeline.ts";
import { startSmsc } from "../../../testing/smsc.ts";
import { until } from "../../../testing/until.ts";
import type { InboundText } from "../carrier.ts";

const program = "/usr/lib/kannel/test/drive_smpp";
/** drive_smpp also connects to a bearerbox here, and gives up when the connection is refused for some seconds. */
const boxPort = 13_001;
const { db } = await testDatabase({ max: 10 });

/** Listens on a port of loopback; on a given one only if it is free. */
async function listen(port: number) {
  const server = createServer((socket) => socket.on("error", () => {}));
  const listening = await new Promise<boolean>((done) => {
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => done(true));
  });
  const close = () => new Promise<void>((done) => (listening ? server.close(() => done()) : done()));
  return { port: listening ? (server.address() as AddressInfo).port : port, close };
}

test("drive_smpp: bind, submit_sm, enquire_link and deliver_sm", async ({ skip }) => {
  skip(!existsSync(program), `${program} is not installed: apt-get install kannel-extras`);
  const box = await listen(boxPort);
  const { port, close } = await listen(0);
  await close();
  const child = spawn(program, ["-p", String(port), "-m", "50", "-v", "0"], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  onTestFinished(() => {
    child.kill("SIGKILL");
    return box.close();
  });
  const inbound: InboundText[] = [];
  const onInbound = async (batch: InboundText[]) => void inbound.push(...batch);
  const settings = { port, mode: "pair", window: 10, receipts: "none" } as const;
  const { submit, text, carrier } = await connectSmpp(db, settings, {}, { events: { onInbound } });

  const texts = Array.from({ length: 100 }, (_, i) => text(`Nr. ${i}`));
  const outcomes = await submit([...texts, text("a".repeat(400)), text("Ж")]);
  expect(outcomes.every((outcome) => outcome.kind === "accepted")).toBe(true);
  // It numbers its texts: each must arrive once, in any order.
  await until(() => expect(inbound).toHaveLength(50));
  const numbers = inbound.map((each) => Number(each.text)).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  expect(inbound[0]).toMatchObject({ from: "456", to: "123" });
  expect(carrier.state()).toMatchObject({ state: "up", bound: 2 });
  // It answers before it has written what it got.
  await until(() => {
    for (const type of ["enquire_link_resp", "deliver_sm_resp"])
      expect(said.match(new RegExp(`Handling SMPP PDU of type ${type}`, "g")), type).toHaveLength(50);
    expect(said.match(/submit_sm: short_message/g)).toHaveLength(104);
  });
  expect(said).toContain("submit_sm: short_message = <Nr. 99>");
  expect(said).not.toMatch(/garbage|Unhandled|unpacking failed|PANIC/);
});

test("bearerbox at the test SMSC: texts of one and several parts, receipts, texts from handsets", async ({ skip }) => {
  skip(!(await hasKannel()), kannelInstall);
  const smsc = await startSmsc({ behaviour: { ids: "decimal" } });
  const account = { host: "127.0.0.1", port: smsc.port, system_id: "varsla", password: "secret" };
  const kannel = await startKannel({ smsc: account, window: 10, store: "none" });
  onTestFinished(() => kannel.stop().then(() => smsc.stop()));
  for (const text of ["Hei", "a".repeat(400)]) {
    const sent = await fetch(
      `${kannel.url}${kannel.sendPath({ from: "4759000001", to: "4790000001", text, receipts: true })}`,
    );
    expect(sent.status).toBe(202);
  }
  await until(() => expect(smsc.taken).toHaveLength(4));
  expect(smsc.taken.map((part) => part.text).join("")).toBe(`Hei${"a".repeat(400)}`);
  smsc.sendText({ from: "4790000001", to: "4759000001", text: "Hei" });
  await until(() => expect(smsc.counts).toMatchObject({ texts_done: 1, undelivered: 0 }));
  expect(smsc.counts.receipts_done).toBeGreaterThanOrEqual(2);
  expect(smsc.counts.receipts_refused).toBe(0);
});
