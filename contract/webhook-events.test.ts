import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { webhookEvents } from "./webhook-events.ts";

test.each(Object.entries(webhookEvents))("the example of %s is what its schema says", (name, { payload, example }) => {
  expect(example.type).toBe(name);
  // A schema drops fields that it does not have: an example shows none of those.
  expect(payload.parse(example)).toEqual(example);
});

test("the documentation lists every event", async () => {
  const page = await readFile(join(import.meta.dirname, "..", "docs", "webhook-events.md"), "utf8");
  expect(Object.keys(webhookEvents).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
