import { expect, test } from "vitest";
import { WebhookEvent } from "../../../../contract/webhooks.ts";
import { webhooks } from "../../locales/en/webhooks.ts";
import { allEvents } from "./event-groups.ts";

test("every event can be chosen, once, by a name", () => {
  expect(allEvents.toSorted()).toEqual(WebhookEvent.options.toSorted());
  expect(Object.keys(webhooks.eventNames)).toEqual(
    expect.arrayContaining(WebhookEvent.options.map((event) => event.replaceAll(".", "_"))),
  );
});
