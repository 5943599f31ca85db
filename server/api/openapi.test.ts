import { expect, test } from "vitest";
import { authentication } from "../../contract/accounts.ts";
import { contract } from "../../contract/contract.ts";
import { FailureReason, SkipReason } from "../../contract/messages.ts";
import { webhookEvents } from "../../contract/webhook-events.ts";
import { testApp } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";

const database = await testDatabase();
const { app, call } = await testApp(database);
const document = (await call("GET /api/openapi.json")).body;
// oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
type Any = any;
const operations: { path: string; method: string; operation: Any }[] = Object.entries<Any>(document.paths).flatMap(
  ([path, methods]) => Object.entries<Any>(methods).map(([method, operation]) => ({ path, method, operation })),
);

test("the document contains every endpoint of the contract once", () => {
  const declared = [
    ...Object.values(contract).flatMap((resource) =>
      Object.values(resource).map((e) => `${e.method} /api/v1${e.path}`),
    ),
    ...Object.values(authentication).map((e) => `${e.method} /api/auth${e.path}`),
    "GET /api/health",
  ].map((line) => line.replace(/:(\w+)/g, "{$1}"));
  const written = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
  expect(written.sort()).toEqual(declared.sort());
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every group of operations has a title, and no resource its raw name", () => {
  const tags = (document.tags as { name: string }[]).map(({ name }) => name);
  expect(new Set(tags).size).toBe(tags.length);
  for (const tag of tags) expect(tag).toMatch(/^[A-Z]/);
  for (const { path, operation } of operations) expect(tags, path).toEqual(expect.arrayContaining(operation.tags));
});

test("an operation says which permissions it needs beside its own, and when", () => {
  const described = new Map(operations.map(({ operation }) => [operation.operationId, operation.description]));
  expect(described.get("workflows_test")).toBe("Needs the permission `messages:send`, and `bookings:read`.");
  expect(described.get("workflows_create")).toBe(
    "Needs the permission `workflows:write`, and `messages:send` where the workflow then has an action that sends texts or mails.",
  );
});

test("every operation documents its parameters, responses and errors", () => {
  expect(document.openapi).toBe("3.1.0");
  for (const { path, operation } of operations) {
    expect(operation.summary, path).toMatch(/\.$/);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const parameters = (operation.parameters ?? []) as {
      name: string;
      in: string;
      required: boolean;
      schema: object;
    }[];
    expect(
      parameters.filter((p) => p.in === "path").map((p) => p.name),
      path,
    ).toEqual(named);
    for (const parameter of parameters) expect(parameter.schema, `${path} ${parameter.name}`).toBeDefined();
    const statuses = Object.keys(operation.responses);
    expect(
      statuses.some((status) => status.startsWith("2")),
      path,
    ).toBe(true);
    expect(statuses, path).toContain("503");
  }
});

test("the one 503 without Retry-After is documented where it occurs, since callers must not retry on it", () => {
  const documented = operations.filter(({ operation }) =>
    operation.responses[503]?.description?.includes("outcome_unknown"),
  );
  expect(documented.map(({ path, method }) => `${method} ${path}`)).toEqual(["post /api/v1/messages"]);
  expect(documented[0]?.operation.responses[503].description).toMatch(/Retry-After says when.*no Retry-After/);
});

test("every reason of a message is described", () => {
  const { get } = document.paths["/api/v1/messages/{id}"];
  const { description } = get.responses[200].content["application/json"].schema.properties.reason;
  for (const reason of [...SkipReason.options, ...FailureReason.options])
    expect(description, reason).toMatch(new RegExp(`\\x60${reason}\\x60 \\([^)]{10,}\\)`));
});

test("calls that send describe their Idempotency-Key", () => {
  const sending = operations.filter(({ operation }) =>
    operation.parameters?.some((parameter: Any) => parameter.name === "Idempotency-Key"),
  );
  expect(sending.map(({ path }) => path)).toContain("/api/v1/messages");
  expect(sending.map(({ path }) => path)).toContain("/api/v1/campaigns/{id}/send");
});

test("every reference resolves", () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"(#[^"]+)"/g)].map((match) => match[1] ?? "");
  expect(references.length).toBeGreaterThan(0);
  for (const reference of new Set(references)) {
    const target = reference
      .slice(2)
      .split("/")
      .reduce((inside: Any, key) => inside?.[key], document);
    expect(target, reference).toBeDefined();
  }
});

test("every event of webhooks is described, with its payload's schema and an example", () => {
  expect(Object.keys(document.webhooks)).toEqual(Object.keys(webhookEvents));
  for (const [name, { post }] of Object.entries<Any>(document.webhooks)) {
    const { schema, example } = post.requestBody.content["application/json"];
    expect(post.summary).not.toBe("");
    expect(schema.properties.type.const).toBe(name);
    expect(Object.keys(example)).toEqual(expect.arrayContaining(schema.required));
  }
});

test("the reference page loads nothing from other hosts", async () => {
  const page = await app.inject("/docs");
  expect(page.statusCode).toBe(200);
  expect(page.body).not.toMatch(/https?:\/\//);
  const script = await app.inject({ url: "/docs/scalar.js", headers: { "accept-encoding": "gzip" } });
  expect(script.statusCode).toBe(200);
  expect(script.headers["content-encoding"]).toBe("gzip");
  expect(script.rawPayload.length).toBeLessThan(2_000_000);
});
