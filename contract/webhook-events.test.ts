import { expect, test } from "vitest";
import { webhookEvents } from "./webhook-events.ts";

test.each(Object.entries(webhookEvents))("the example of %s is what its schema says", (name, { payload, example }) => {
  expect(example.type).toBe(name);
  // A schema drops fields that it does not have: an example shows none of those.
  expect(payload.parse(example)).toEqual(example);
});
