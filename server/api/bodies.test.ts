/** What bodies may be where the endpoint itself says it: hooks, and files of which the beginning is read. */
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { contacts } from "../../contract/contacts.ts";
import { endpoint, type Resource } from "../../contract/endpoint.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import { ask, openWire, readAnswer } from "../../testing/wire.ts";
import type { Handlers } from "../kit/http.ts";
import { type Binding, bindResource } from "./bind.ts";
import { bodyLimitOf, bodyLimits } from "./bodies.ts";
import { answerFailure } from "./failures.ts";

const database = await testDatabase();
const { key } = await workspaceWithKey(database);
const limits = {
  ...bodyLimits,
  hook: { bytes: 256 * 1024, seconds: 0.3 },
  sample: { bytes: 3 * 2 ** 20, seconds: 0.3 },
};
const { app } = await testApp(database, { bodyLimits: limits });
await app.listen({ host: "127.0.0.1", port: 0 });
const { port } = app.server.address() as AddressInfo;
const preview = [
  "POST /api/v1/contacts/imports/preview HTTP/1.1",
  "Host: localhost",
  "Content-Type: text/csv",
  `Authorization: Bearer ${key}`,
];
const errorOf = (answer: { body: string }) => JSON.parse(answer.body).error;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const rows = (bytes: number) => "+4790000101;Kari\n".repeat(bytes / 16);

const hook = endpoint({
  method: "POST",
  path: "/hook",
  summary: "Takes what another system signed.",
  permission: "anyone",
  signed: true,
  bodies: "hook",
  answer: z.object({ octets: z.number() }),
});

/** An endpoint as the server binds it. What it is signed with, and so all that a gate asks for, is the handler's. */
async function portOf<R extends Resource>(resource: R, handlers: Handlers<R>): Promise<number> {
  const server = Fastify({ bodyLimit: 1 });
  server.decorateRequest("caller", null);
  server.setErrorHandler(answerFailure);
  const gate = { config: { public_url: "http://localhost" }, limiter: { count: async () => {} } };
  const binding = { ...gate, bodyLimits: limits, clock: { now: () => new Date() } } as unknown as Binding;
  await bindResource(server, binding, "", resource, handlers);
  await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  return (server.server.address() as AddressInfo).port;
}

test("a hook's body has 256 KiB and half a minute, a sample's 16 MiB and a minute", () => {
  expect(bodyLimitOf(hook)).toEqual({ bytes: 262_144, seconds: 30 });
  expect(bodyLimitOf(contacts.previewImport)).toEqual({ bytes: 16_777_216, seconds: 60 });
  expect(bodyLimitOf(contacts.startImport)).toEqual({ bytes: null, seconds: null });
});

test("a hook is taken up to its limit, and refused behind it with the figure, whether it says its length or not", async () => {
  const at = await portOf({ hook }, { hook: async ({ raw }) => ({ octets: raw.body.length }) });
  const lines = ["POST /hook HTTP/1.1", "Host: localhost", "Content-Type: application/json"];
  const most = 256 * 1024;
  const taken = await ask(at, [...lines, `Content-Length: ${most}`], "x".repeat(most));
  expect([taken.status, JSON.parse(taken.body)]).toEqual([200, { octets: most }]);
  const announced = await ask(at, [...lines, `Content-Length: ${most + 1}`]);
  const chunked = await ask(at, [...lines, "Transfer-Encoding: chunked"], chunk("x".repeat(most + 1)));
  for (const answer of [announced, chunked])
    expect([answer.status, errorOf(answer).message]).toEqual([413, "The body is larger than 256 KiB."]);
  const late = await ask(at, [...lines, "Content-Length: 10"], "x");
  expect([late.status, errorOf(late).code]).toEqual([408, "request_timeout"]);
});

test("a sample that is late before anybody reads it is refused once somebody does, and ends no process", async () => {
  const sample = endpoint({
    method: "POST",
    path: "/sample",
    summary: "Reads a file once the time for it is over.",
    permission: "anyone",
    bodyType: "text/csv",
    bodies: "sample",
    answer: z.object({ octets: z.number() }),
  });
  const at = await portOf(
    { sample },
    {
      sample: async ({ stream }) => {
        await until(() => expect(stream.errored).not.toBeNull());
        let octets = 0;
        for await (const some of stream) octets += some.length;
        return { octets };
      },
    },
  );
  const lines = ["POST /sample HTTP/1.1", "Host: localhost", "Content-Type: text/csv", "Content-Length: 10"];
  const late = await ask(at, lines, "x");
  expect([late.status, errorOf(late).code]).toEqual([408, "request_timeout"]);
});

test("a preview refuses what says that it is too large, and waits for nobody who drips", async () => {
  const announced = await ask(port, [...preview, `Content-Length: ${3 * 2 ** 20 + 1}`]);
  expect([announced.status, errorOf(announced).message]).toEqual([413, "The body is larger than 3 MiB."]);
  const late = await ask(port, [...preview, "Content-Length: 1000"], "mobile;");
  expect([late.status, errorOf(late)]).toEqual([
    408,
    { code: "request_timeout", message: "The body did not arrive within 0.3 seconds.", field: "body" },
  ]);
});

test("a preview is answered from its first megabyte; what comes behind is neither held nor waited for", async () => {
  for (const goesOn of [true, false]) {
    const { socket, read, closed } = openWire(port);
    socket.write(`${[...preview, "Transfer-Encoding: chunked"].join("\r\n")}\r\n\r\n`);
    socket.write(chunk(`mobile;first_name\n${rows(2 ** 20)}`));
    await until(() => expect(read()).toMatch(/^HTTP\/1.1 200 /));
    // It ends by itself: beyond the limit where more comes, with the time where none does.
    if (goesOn) socket.write(chunk(rows(2 ** 20)).repeat(3));
    await closed;
    const answer = readAnswer(read());
    expect(answer.body).toContain("first_name");
  }
});
