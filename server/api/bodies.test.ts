/** Body limits that the endpoint sets itself: webhooks, and files of which only the beginning is read. */
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
/** With a timeout that allows for a megabyte on a busy machine. */
const slowApp = await testApp(database, { bodyLimits: { ...limits, sample: { ...limits.sample, seconds: 5 } } });
await slowApp.app.listen({ host: "127.0.0.1", port: 0 });
const { port: slowPort } = slowApp.app.server.address() as AddressInfo;
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

/** A server with only these endpoints, bound as usual. They are signed, so authorizing needs no more services. */
async function portOf<R extends Resource>(resource: R, handlers: Handlers<R>): Promise<number> {
  const server = Fastify({ bodyLimit: 1 });
  server.decorateRequest("caller", null);
  server.setErrorHandler(answerFailure);
  const authorizing = { config: { public_url: "http://localhost" }, limiter: { count: async () => {} } };
  const binding = { ...authorizing, bodyLimits: limits, clock: { now: () => new Date() } } as unknown as Binding;
  await bindResource(server, binding, "", resource, handlers);
  await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  return (server.server.address() as AddressInfo).port;
}

test("the limits of a hook's body are 256 KiB and half a minute, of a sample's 16 MiB and a minute", () => {
  expect(bodyLimitOf(hook)).toEqual({ bytes: 262_144, seconds: 30 });
  expect(bodyLimitOf(contacts.previewImport)).toEqual({ bytes: 16_777_216, seconds: 60 });
  expect(bodyLimitOf(contacts.startImport)).toEqual({ bytes: null, seconds: null });
});

test("a hook's body is accepted up to its limit and refused beyond it, with or without Content-Length", async () => {
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

test("a sample that times out before its handler reads it is refused when it does, and does not crash the process", async () => {
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

test("a preview refuses a file that is too large by its Content-Length, and times out when it is slow", async () => {
  const announced = await ask(port, [...preview, `Content-Length: ${3 * 2 ** 20 + 1}`]);
  expect([announced.status, errorOf(announced).message]).toEqual([413, "The body is larger than 3 MiB."]);
  const late = await ask(port, [...preview, "Content-Length: 1000"], "mobile;");
  expect([late.status, errorOf(late)]).toEqual([
    408,
    { code: "request_timeout", message: "The body did not arrive within 0.3 seconds.", field: "body" },
  ]);
});

test("a preview responds after its first megabyte; the rest is neither buffered nor awaited", async () => {
  for (const goesOn of [true, false]) {
    const { socket, read, closed } = openWire(slowPort);
    socket.write(`${[...preview, "Transfer-Encoding: chunked"].join("\r\n")}\r\n\r\n`);
    socket.write(chunk(`mobile;first_name\n${rows(2 ** 20)}`));
    await until(() => expect(read()).toMatch(/^HTTP\/1.1 200 /));
    // The connection ends: beyond the limit when more arrives, by the timeout when none does.
    if (goesOn) socket.write(chunk(rows(2 ** 20)).repeat(3));
    await closed;
    const answer = readAnswer(read());
    expect(answer.body).toContain("first_name");
  }
});

test.each([
  ["a preview that needs no more of it", preview, "mobile;first_name\n+4790000101;Kari\n", 2.5, 200],
  [
    "an import of a file without numbers",
    preview.map((line) => line.replace("/preview ", " ")),
    "colour;size\nred;large\n",
    8,
    202,
  ],
])("after %s the rest of the file is discarded, and the connection serves the next request", async (...given) => {
  const [, lines, text, mib, status] = given;
  const { socket, read } = openWire(slowPort);
  const file = text.repeat(Math.floor((mib * 2 ** 20) / text.length));
  socket.write(`${[...lines, `Content-Length: ${file.length}`].join("\r\n")}\r\n\r\n${file}`);
  await until(() => expect(read()).toMatch(new RegExp(`^HTTP/1.1 ${status} `)));
  socket.write("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await until(() => expect(read()).toContain('{"status":"ok"}'));
});
