/** Clients that do not read their stream, and callers that open many streams. */
import { connect, type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { LiveUpdate } from "../../contract/live-updates.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import type { Actor, Call } from "../kit/http.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import { liveUpdatesRoutes } from "./live-updates-routes.ts";
import { openLiveUpdates, streamLimits } from "./live-updates-stream.ts";

const database = await testDatabase();
const listeners = new Set<(item: LiveUpdate) => void>();
const liveUpdates = {
  publish() {},
  publishSources() {},
  listen(_workspaceId: string, onUpdate: (item: LiveUpdate) => void) {
    listeners.add(onUpdate);
    return () => void listeners.delete(onUpdate);
  },
  subscribe: async () => () => {}, // no access changes in these tests
} satisfies LiveUpdates;
const { app } = await testApp(database, { services: { liveUpdates } });
const { key } = await workspaceWithKey(database);
await app.listen({ host: "127.0.0.1", port: 0 });
const { port } = app.server.address() as AddressInfo;

const publish = (times: number) => {
  for (let i = 0; i < times; i++)
    for (const onUpdate of listeners)
      onUpdate({ topic: "contact", id: `00000000-0000-7000-8000-${String(i).padStart(12, "0")}` });
};

/** A client that reads its stream until it is paused. */
async function client(): Promise<{ socket: Socket; received(): number; closed(): boolean }> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let begun = false;
  let received = 0;
  let rest = "";
  let closed = false;
  // Counted on arrival, since the total is megabytes.
  socket.setEncoding("utf8").on("data", (chunk) => {
    const pieces = `${rest}${chunk}`.split("event: news");
    begun ||= pieces.some((piece) => piece.includes("retry:"));
    received += pieces.length - 1;
    rest = pieces.at(-1)?.slice(-20) ?? "";
  });
  socket.on("error", () => {}).on("close", () => (closed = true));
  socket.write(`GET /api/v1/news HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n\r\n`);
  await until(() => expect(begun).toBe(true));
  return { socket, received: () => received, closed: () => closed };
}

test("a client that does not read is disconnected once its buffer is full, and one that reads gets everything", async () => {
  const [slow, quick] = [await client(), await client()];
  expect(listeners.size).toBe(2);
  slow.socket.pause();
  // More than the system's own buffers can take, so that ours fills too.
  for (let round = 0; listeners.size === 2 && round < 2_000; round++) {
    publish(200);
    await until(() => expect(quick.received()).toBe((round + 1) * 200));
  }
  expect(listeners.size).toBe(1);
  slow.socket.resume();
  await until(() => expect(slow.closed()).toBe(true));
  expect(quick.closed()).toBe(false);
  quick.socket.destroy();
  await until(() => expect(listeners.size).toBe(0));
});

test("however much is published, no more than the limit is buffered for a client", () => {
  const { signal } = new AbortController();
  const stream = openLiveUpdates(liveUpdates, "w", signal, { ...streamLimits, maxBuffered: 10_000 });
  let most = 0;
  for (let i = 0; i < 10_000; i++) {
    publish(1);
    most = Math.max(most, stream.readableLength);
  }
  expect(most).toBeLessThan(11_000);
  expect(stream.destroyed).toBe(true);
});

test("a client that does not read for long is disconnected, however little is buffered", async () => {
  const { signal } = new AbortController();
  const stream = openLiveUpdates(liveUpdates, "w", signal, { ...streamLimits, maxBuffered: 10 ** 6, stuckTimeout: 50 });
  publish(400);
  await until(() => expect(stream.destroyed).toBe(true));
  expect(listeners.size).toBe(0);
});

test("the streams of one caller and of one workspace have a limit, and a closed one makes room", async () => {
  const { stream } = liveUpdatesRoutes({ liveUpdates }, { ...streamLimits, perPerson: 2, perWorkspace: 3 });
  const { signal } = new AbortController();
  const open = async (userId: string, workspaceId = "w") =>
    (await stream({ actor: { userId, workspaceId, name: "Kari" } as Actor, signal } as Call<never>)) as ReturnType<
      typeof openLiveUpdates
    >;
  const refused = { status: 429, code: "too_many_streams" };
  const first = await open("kari");
  await open("kari");
  await expect(open("kari")).rejects.toMatchObject(refused);
  await open("ola");
  await expect(open("ola")).rejects.toMatchObject(refused);
  await open("ola", "another");
  first.destroy();
  await until(async () => expect(await open("per")).toBeTruthy());
});

test("keys with the same name are separate callers", async () => {
  const { stream } = liveUpdatesRoutes({ liveUpdates }, { ...streamLimits, perPerson: 1, perWorkspace: 9 });
  const { signal } = new AbortController();
  const open = (id: string) => {
    const key = { id, maker: null, expiresAt: null };
    return stream({ actor: { userId: null, key, workspaceId: "w", name: "Till" } as Actor, signal } as Call<never>);
  };
  await open("one");
  await open("two");
  await expect(open("one")).rejects.toMatchObject({ status: 429, code: "too_many_streams" });
});
