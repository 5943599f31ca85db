import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { contract } from "../../../contract/contract.ts";
import type { Resource } from "../../../contract/endpoint.ts";
import { ApiError, isPassing, readFailure } from "./api-error.ts";
import { send, urlOf } from "./client.ts";
import { isAboutOther, staleKeys } from "./live-updates.ts";
import { routeTable } from "./route-table.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Starts a real HTTP server with the given handler; returns its origin. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("the route table matches the contract", () => {
  const expected = Object.fromEntries(
    Object.entries<Resource>(contract).map(([resource, endpoints]) => [
      resource,
      Object.fromEntries(Object.entries(endpoints).map(([name, { method, path }]) => [name, `${method} ${path}`])),
    ]),
  );
  expect(routeTable).toEqual(expected);
});

test("a URL has its parameters encoded and its empty query values left out", () => {
  expect(urlOf("GET /sandbox/phones/:number/messages", { params: { number: "+4791234567" } })).toBe(
    "/api/v1/sandbox/phones/%2B4791234567/messages",
  );
  expect(urlOf("GET /contacts", { query: { query: "", list: undefined, limit: 50 } })).toBe(
    "/api/v1/contacts?limit=50",
  );
  expect(() => urlOf("GET /contacts/:id", {})).toThrow("GET /contacts/:id needs the parameter id");
});

test("the server's own failures keep code, field and value", () => {
  const body = JSON.stringify({
    error: { code: "invalid_number", message: "No number.", field: "mobile", value: "12" },
  });
  const error = readFailure(422, body);
  expect(error).toMatchObject({
    status: 422,
    code: "invalid_number",
    message: "No number.",
    field: "mobile",
    value: "12",
  });
});

test.each([
  ["<html>Bad gateway</html>", "unreadable"],
  ["null", "unreadable"],
  ['"text"', "unreadable"],
  ['{"error":"text"}', "unreadable"],
  ['{"code":"INVALID_TOKEN","message":"invalid token"}', "invalid_token"],
])("a failure that is not the server's own, %s, still has a code", (body, code) => {
  expect(readFailure(502, body).code).toBe(code);
});

test("a failed response is thrown as an ApiError", async () => {
  const origin = await serve((_request, response) => {
    response.writeHead(409, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { code: "name_taken", message: "Taken.", field: "name" } }));
  });
  await expect(send(origin, {})).rejects.toMatchObject({ status: 409, code: "name_taken", field: "name" });
});

test("a missing response has the code offline, and may be retried", async () => {
  const origin = await serve((request) => request.socket.destroy());
  const error = await send(origin, {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 0, code: "offline" });
  expect(isPassing(error)).toBe(true);
});

test("an aborted call is not reported as a failure of the server", async () => {
  const origin = await serve(() => {});
  const leaving = new AbortController();
  const pending = send(origin, { signal: leaving.signal });
  leaving.abort();
  await expect(pending).rejects.toMatchObject({ name: "AbortError" });
});

test("only failures that may pass are retried", () => {
  expect(isPassing(new ApiError(503, "x", ""))).toBe(true);
  expect(isPassing(new ApiError(429, "x", ""))).toBe(true);
  expect(isPassing(new ApiError(422, "x", ""))).toBe(false);
  expect(isPassing(new Error("x"))).toBe(false);
});

test("a live update of every topic makes some query stale, and one of an unknown topic none", () => {
  for (const topic of ["campaign", "import", "bulk", "conversation", "sandbox", "contact", "usage"]) {
    expect(staleKeys(topic).length).toBeGreaterThan(0);
    for (const [resource, endpoint] of staleKeys(topic)) {
      expect(routeTable).toHaveProperty(resource as string);
      if (endpoint) expect(routeTable[resource as "contacts"]).toHaveProperty(endpoint);
    }
  }
  expect(staleKeys("constructor")).toEqual([]);
});

test("a conversation is fetched again for its own contact, and where no contact is named", () => {
  const ofIda = ["messages", "list", "pages", { query: { contact: "ida" } }];
  expect(isAboutOther(ofIda, { topic: "conversation", id: "ida" })).toBe(false);
  expect(isAboutOther(ofIda, { topic: "conversation", id: "ola" })).toBe(true);
  expect(isAboutOther(ofIda, { topic: "contact", id: "ola" })).toBe(true);
  expect(isAboutOther(ofIda, { topic: "conversation", id: null })).toBe(false);
  // Other things are about the contact whatever their key, such as a list with the contact's name on it.
  expect(isAboutOther(["contacts", "list", {}], { topic: "contact", id: "ola" })).toBe(false);
  expect(isAboutOther(["messages", "list", {}], { topic: "sandbox", id: "x" })).toBe(false);
});
