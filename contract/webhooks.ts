/**
 * Events sent to the workspace's own systems according to the Standard Webhooks specification
 * (https://www.standardwebhooks.com): signed, retried for about a day, and with a log of the attempts.
 */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page } from "./shapes.ts";
import { type WebhookEventName, webhookEvents } from "./webhook-events.ts";

export const WebhookEvent = z.enum(Object.keys(webhookEvents) as [WebhookEventName, ...WebhookEventName[]]);
export type WebhookEvent = z.infer<typeof WebhookEvent>;

const Url = z
  .url({ protocol: /^https?$/, error: "a webhook's URL begins with https:// or http://" })
  .max(2_000)
  .refine((url) => {
    const parsed = URL.parse(url); // null: reported by z.url
    return !parsed || (parsed.username === "" && parsed.password === "");
  }, "a webhook's URL may not contain a user name or password: the signature authenticates the call");

const Events = z.array(WebhookEvent).min(1).describe("the events that are sent to it");

export const Webhook = z.object({
  id: Id,
  url: z.string(),
  events: z.array(WebhookEvent),
  enabled: z.boolean(),
  disabled_at: Instant.nullable().describe(
    "when it was disabled automatically, after failing for days or answering 410 Gone",
  ),
  failing_since: Instant.nullable().describe("the first failure since the last success"),
  last_error: z.string().nullable(),
  created_at: Instant,
  updated_at: Instant,
});
export type Webhook = z.infer<typeof Webhook>;

const Secret = z.string().describe("whsec_ and base64; shown only in this answer");

/** One POST and its result. */
export const WebhookAttempt = z.object({
  at: Instant,
  status: z.number().int().nullable().describe("the HTTP status of the answer; null: no answer"),
  error: z
    .string()
    .nullable()
    .describe("why there was no answer; without details for a target in the operator's own network"),
  response: z
    .string()
    .nullable()
    .describe("the beginning of the answer; not for a target in the operator's own network"),
});
export type WebhookAttempt = z.infer<typeof WebhookAttempt>;

/** One event for one webhook. */
export const WebhookDelivery = z.object({
  id: Id.describe("the webhook-id header, the same in every attempt"),
  event: z.string().describe("an event's name, webhook.test, or workflow.triggered of a workflow's action"),
  state: z.enum(["waiting", "delivered", "failed"]).describe("failed: it is not retried automatically"),
  created_at: Instant,
  attempts: z
    .array(WebhookAttempt)
    .describe("the last 20, oldest first; one without status and error is in progress, or was interrupted by a crash"),
  next_at: Instant.nullable().describe("the time of the next attempt"),
  body: z.string().describe("the exact request body"),
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const webhooks = {
  list: endpoint({
    method: "GET",
    path: "/webhooks",
    summary: "The workspace's webhooks, without their secrets.",
    permission: "workspace:write",
    answer: z.object({ items: z.array(Webhook), next_cursor: z.null() }),
  }),
  create: endpoint({
    method: "POST",
    path: "/webhooks",
    summary: "Adds a webhook; `secret`, the key of its signatures, is shown only in this answer.",
    permission: "workspace:write",
    body: z.object({ url: Url, events: Events, enabled: z.boolean().default(true) }),
    status: 201,
    answer: Webhook.extend({ secret: Secret }),
  }),
  update: endpoint({
    method: "PATCH",
    path: "/webhooks/:id",
    summary:
      "Changes a webhook; enabling it resets its failures. Events that occurred while it was disabled are not sent.",
    permission: "workspace:write",
    params: ById,
    body: z.object({ url: Url.optional(), events: Events.optional(), enabled: z.boolean().optional() }),
    answer: Webhook,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/webhooks/:id",
    summary: "Removes a webhook with its deliveries; waiting ones are not sent.",
    permission: "workspace:write",
    params: ById,
    status: 204,
  }),
  rotate: endpoint({
    method: "POST",
    path: "/webhooks/:id/secret",
    summary:
      "Creates a new secret, shown only in this answer. For 24 hours deliveries are signed with the old one as well.",
    permission: "workspace:write",
    params: ById,
    answer: z.object({ secret: Secret }),
  }),
  test: endpoint({
    method: "POST",
    path: "/webhooks/:id/test",
    summary: "Sends the event webhook.test, whichever events the webhook receives. It is tried once.",
    permission: "workspace:write",
    params: ById,
    status: 202,
    answer: WebhookDelivery,
  }),
  deliveries: endpoint({
    method: "GET",
    path: "/webhooks/:id/deliveries",
    summary: "Deliveries of the last 30 days, sent and waiting, newest first.",
    permission: "workspace:write",
    params: ById,
    query: z.object({ ...Paging }),
    answer: page(WebhookDelivery),
  }),
  redeliver: endpoint({
    method: "POST",
    path: "/webhooks/:id/deliveries/:delivery_id/redeliver",
    summary: "Sends a delivery again now, with the same webhook-id; one that is being sent is left alone.",
    permission: "workspace:write",
    params: z.object({ id: Id, delivery_id: Id }),
    status: 202,
    answer: WebhookDelivery,
  }),
} satisfies Resource;
