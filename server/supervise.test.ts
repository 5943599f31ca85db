import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { describe, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../testing/database.ts";
import { startTestServer, type TestServer } from "../testing/server.ts";
import { until } from "../testing/until.ts";
import { childrenOf, isAlive, signalProcess } from "./kit/processes.ts";

const key = "vk_of_the_first_workspace_0123456789";
const first = {
  ADMIN_EMAIL: "kari@salong.example",
  ADMIN_PASSWORD: "correct horse battery",
  API_KEY: key,
  WORKSPACE_NAME: "Salong Kari",
};

/** Starts it as `npm start` does, with no roles chosen. */
const start = (env: Record<string, string>) => startTestServer({ env: { ROLES: "", ...env } });

async function startTwo() {
  const { connection } = await testDatabase();
  const server = await start({ ...first, DATABASE_URL: connection, LOG_LEVEL: "error" });
  const children = await childrenOf(server.pid);
  onTestFinished(() => [server.pid, ...children].forEach((pid) => signalProcess(pid, "SIGKILL")));
  expect(children).toHaveLength(2);
  const [api, worker] = children as [number, number];
  return { server, children, api, worker, ended: () => until(() => expect(children.filter(isAlive)).toEqual([])) };
}

async function call(server: TestServer, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.ok).toBe(true);
  return (await answer.json()) as Record<string, unknown>;
}

describe.skipIf(availableParallelism() === 1)("on several cores", () => {
  test("a text that one process takes is submitted by the other, and Ctrl-C ends both", async () => {
    const { server, ended } = await startTwo();
    const { id } = await call(server, "/messages", { to: "+4791234567", text: "Hei" });
    await until(async () => expect(await call(server, `/messages/${id}`)).toMatchObject({ status: "delivered" }));
    expect(await server.stop()).toBe(0);
    await ended();
    expect(server.output().match(/Varsla is ready/g)).toHaveLength(1);
    expect(server.output()).not.toContain("error");
  });

  test.for(["api", "worker"] as const)(
    "where the %s process is killed, the other ends and the log says so",
    { timeout: 60_000 },
    async (killed) => {
      const { server, ended, ...processes } = await startTwo();
      signalProcess(processes[killed], "SIGKILL");
      await ended();
      await until(() => expect(isAlive(server.pid)).toBe(false));
      expect(await server.stop()).toBe(1);
      expect(server.output()).toMatch(/"a process ended by itself; ending"/);
    },
  );

  test("both end where what started them is killed", async () => {
    const { server, children } = await startTwo();
    signalProcess(server.pid, "SIGKILL");
    await until(() => expect(children.filter(isAlive)).toEqual([]));
  });

  test("what keeps it from starting is reported once", async () => {
    const { connection: DATABASE_URL } = await testDatabase();
    const failure = async (env: Record<string, string>): Promise<string> => {
      const outcome = await start({ DATABASE_URL, ...env }).catch((error: Error) => error.message);
      return typeof outcome === "string" ? outcome : expect.unreachable("it started");
    };
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const taken = await failure({ PORT: String(port) });
    expect(taken.match(/another program listens there already/g)).toHaveLength(1);
    expect((await failure({ PORT: "high" })).match(/PORT is "high"/g)).toHaveLength(1);
    const nowhere = await failure({ DATABASE_URL: "postgres://varsla@127.0.0.1:1/varsla" });
    expect(nowhere).toContain("ended with code 1");
    expect(nowhere.match(/Varsla could not start/g)).toHaveLength(1);
  });
});
