/** Clients of the news that do not read, and callers who open one stream after the other. */
import { connect, type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { NewsItem } from "../../contract/news.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import type { Actor, Call } from "../kit/http.ts";
import type { News } from "../kit/news.ts";
import { newsRoutes } from "./news-routes.ts";
import { openNewsStream, streamLimits } from "./news-stream.ts";

const database = await testDatabase();
const listeners = new Set<(item: NewsItem) => void>();
const news = {
  tell() {},
  listen(_workspaceId: string, onNews: (item: NewsItem) => void) {
    listeners.add(onNews);
    return () => void listeners.delete(onNews);
  },
  hear: async () => () => {}, // nobody's access changes here
} satisfies News;
const { app } = await testApp(database, { services: { news } });
const { key } = await workspaceWithKey(database);
await app.listen({ host: "127.0.0.1", port: 0 });
const { port } = app.server.address() as AddressInfo;

const tell = (times: number) => {
  for (let i = 0; i < times; i++)
    for (const onNews of listeners)
      onNews({ topic: "contact", id: `00000000-0000-7000-8000-${String(i).padStart(12, "0")}` });
};

/** A client that takes what comes until it is told not to. */
async function client(): Promise<{ socket: Socket; heard(): number; closed(): boolean }> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let begun = false;
  let heard = 0;
  let rest = "";
  let closed = false;
  // Counted as it comes: it is megabytes in the end.
  socket.setEncoding("utf8").on("data", (chunk) => {
    const pieces = `${rest}${chunk}`.split("event: news");
    begun ||= pieces.some((piece) => piece.includes("retry:"));
    heard += pieces.length - 1;
    rest = pieces.at(-1)?.slice(-20) ?? "";
  });
  socket.on("error", () => {}).on("close", () => (closed = true));
  socket.write(`GET /api/v1/news HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n\r\n`);
  await until(() => expect(begun).toBe(true));
  return { socket, heard: () => heard, closed: () => closed };
}

test("a client that does not read is disconnected once its share is full, and one that reads gets everything", async () => {
  const [slow, quick] = [await client(), await client()];
  expect(listeners.size).toBe(2);
  slow.socket.pause();
  // More than the system's own buffers hold, so that they end up in ours.
  for (let round = 0; listeners.size === 2 && round < 2_000; round++) {
    tell(200);
    await until(() => expect(quick.heard()).toBe((round + 1) * 200));
  }
  expect(listeners.size).toBe(1);
  slow.socket.resume();
  await until(() => expect(slow.closed()).toBe(true));
  expect(quick.closed()).toBe(false);
  quick.socket.destroy();
  await until(() => expect(listeners.size).toBe(0));
}, 60_000);

test("whatever is told, no more waits for a client than its share", () => {
  const { signal } = new AbortController();
  const stream = openNewsStream(news, "w", signal, { ...streamLimits, mostWaiting: 10_000 });
  let most = 0;
  for (let i = 0; i < 10_000; i++) {
    tell(1);
    most = Math.max(most, stream.readableLength);
  }
  expect(most).toBeLessThan(11_000);
  expect(stream.destroyed).toBe(true);
});

test("a client that takes nothing for long is given up, however little waits", async () => {
  const { signal } = new AbortController();
  const stream = openNewsStream(news, "w", signal, { ...streamLimits, mostWaiting: 10 ** 6, patience: 50 });
  tell(400);
  await until(() => expect(stream.destroyed).toBe(true));
  expect(listeners.size).toBe(0);
});

test("the streams of one caller and of one workspace have a limit, and a closed one makes room", async () => {
  const { stream } = newsRoutes({ news }, { ...streamLimits, perPerson: 2, perWorkspace: 3 });
  const { signal } = new AbortController();
  const open = async (userId: string, workspaceId = "w") =>
    (await stream({ actor: { userId, workspaceId, name: "Kari" } as Actor, signal } as Call<never>)) as ReturnType<
      typeof openNewsStream
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

test("keys of one name are callers of their own", async () => {
  const { stream } = newsRoutes({ news }, { ...streamLimits, perPerson: 1, perWorkspace: 9 });
  const { signal } = new AbortController();
  const open = (id: string) => {
    const key = { id, maker: null, expiresAt: null };
    return stream({ actor: { userId: null, key, workspaceId: "w", name: "Till" } as Actor, signal } as Call<never>);
  };
  await open("one");
  await open("two");
  await expect(open("one")).rejects.toMatchObject({ status: 429, code: "too_many_streams" });
});
