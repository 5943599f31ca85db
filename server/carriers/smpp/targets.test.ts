/** An SMPP connection must not serve as a port scanner: its host and port are free to choose, and its state is shown. */
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { makeSmpp } from "../../../testing/smpp-carrier.ts";
import { onThisMachine } from "../../../testing/targets.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import { createOutboundTargets, type OutboundTargets, TargetRefused } from "../../kit/outbound-targets.ts";

const { db } = await testDatabase();
const workspace = await createTestWorkspace(db);

/** A server that greets first, as SSH, SMTP and databases do. */
async function startGreeter(): Promise<{ port: number; met(): number }> {
  let met = 0;
  const server = createServer((socket) => {
    met++;
    socket.on("error", () => {});
    socket.write("SSH-2.0-OpenSSH_9.6\r\n");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, met: () => met };
}

async function errorOf(host: string, port: number, targets: OutboundTargets): Promise<string | undefined> {
  const carrier = makeSmpp(db, workspace.id, { host, port }, { targets });
  await carrier.start({ onReceipts: async () => {}, onInbound: async () => {} });
  await until(() => expect(carrier.state()).toMatchObject({ state: "down", bound: 0 }));
  const message = carrier.state().last_error?.message;
  await carrier.stop();
  return message;
}

test("a host in the operator's network is not connected to, and its state reveals nothing about it", async () => {
  const greeter = await startGreeter();
  const targets = createOutboundTargets({ allowed: [] });
  const said = [];
  for (const host of [
    "127.0.0.1",
    "[::1]",
    "::ffff:127.0.0.1",
    "localhost.",
    "2130706433",
    "0x7f.1",
    "not-there.invalid",
  ])
    for (const port of [greeter.port, 1]) said.push(await errorOf(host, port, targets));
  expect(new Set(said)).toEqual(new Set([new TargetRefused().message]));
  expect(said[0]).toContain("ALLOWED_PRIVATE_TARGETS");
  expect(greeter.met()).toBe(0);
});

test("where the host is allowed, a server that is no SMSC is reported as such, without an octet of its greeting", async () => {
  const greeter = await startGreeter();
  expect(await errorOf("127.0.0.1", greeter.port, onThisMachine)).toBe("It does not speak SMPP");
  expect(greeter.met()).toBe(1);
});
