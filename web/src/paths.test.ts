import { createMemoryHistory, createRouter } from "@tanstack/react-router";
import { expect, test } from "vitest";
import { parseSearch, stringifySearch } from "./lib/search.ts";
import { paths, returnPath } from "./paths.ts";
import { pages, routeTree } from "./routes.tsx";

const router = createRouter({ routeTree, parseSearch, stringifySearch, history: createMemoryHistory() });
const id = "01a20165-332c-7b15-85ee-d7d3a170e405";

/** Every path, with values that need encoding in a URL. */
const every = Object.entries(paths).map(([name, build]) => {
  const needsText = build.length > 0 && /^\(?(id|token|number)\b/.test(build.toString());
  const make = build as (...args: unknown[]) => string;
  return [name, needsText ? make(name === "sandboxPhone" ? "+4791234567" : id) : make()] as const;
});

test.each(every)("the path of %s leads to a page of its own", (_name, path) => {
  const url = new URL(path, "http://varsla.invalid");
  const matches = router.matchRoutes(url.pathname, parseSearch(url.search));
  expect(matches.at(-1)?.routeId).not.toBe("__root__");
  expect(matches.at(-1)?.routeId).not.toMatch(/\$$/);
});

test("every page's module exports the component that its route names", async () => {
  for (const { load, name } of pages) expect(await load()).toHaveProperty(name, expect.any(Function));
}, 60_000);

test("filters are put into the query, and empty ones left out", () => {
  expect(paths.campaigns({ query: "vår & høst", status: "" })).toBe("/campaigns?query=v%C3%A5r+%26+h%C3%B8st");
  expect(paths.contacts()).toBe("/contacts");
});

test("a phone number survives the URL", () => {
  const path = paths.sandboxPhone("+4791234567");
  expect(router.matchRoutes(path, {}).at(-1)?.params).toEqual({ number: "+4791234567" });
});

test.each([
  ["/contacts?query=anna", "/contacts?query=anna"],
  ["/campaigns/1#top", "/campaigns/1#top"],
  [undefined, "/"],
  ["", "/"],
  ["https://elsewhere.example/", "/"],
  ["//elsewhere.example/", "/"],
  ["/\\elsewhere.example/", "/"],
  ["/sign-in?next=/", "/"],
  ["javascript:alert(1)", "/"],
])("after sign-in %j leads to %j and never off the site", (next, expected) => {
  expect(returnPath(next)).toBe(expected);
});

test("query strings are plain names and values", () => {
  expect(parseSearch("?query=123&status=sent")).toEqual({ query: "123", status: "sent" });
  expect(stringifySearch({ query: "a b", status: "", page: undefined })).toBe("?query=a+b");
  expect(stringifySearch({})).toBe("");
});
