/**
 * Events to the workspace's own systems, as the Standard Webhooks specification has them
 * (https://www.standardwebhooks.com): signed, tried again over about a day, and each attempt can be looked at.
 */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page } from "./shapes.ts";

export const WebhookEvent = z.enum(["alert.raised", "alert.resolved"]);
export type WebhookEvent = z.infer<typeof WebhookEvent>;

const Url = z
  .url({ protocol: /^https?$/, error: "a webhook's URL begins with https:// or http://" })
  .max(2_000)
  .refine((url) => {
    const parsed = URL.parse(url); // null: told above
    return !parsed || (parsed.username === "" && parsed.password === "");
  }, "a webhook's URL holds no user name and no password: the signature says who is calling");

const Events = z.array(WebhookEvent).min(1).describe("which events it is told of");

export const Webhook = z.object({
  id: Id,
  url: z.string(),
  events: z.array(WebhookEvent),
  enabled: z.boolean(),
  disabled_at: Instant.nullable().describe("when it was disabled because it had failed for days, or said 410 Gone"),
  failing_since: Instant.nullable().describe("the first failure since it last took something"),
  last_error: z.string().nullable(),
  created_at: Instant,
  updated_at: Instant,
});
export type Webhook = z.infer<typeof Webhook>;

const Secret = z.string().describe("whsec_ and base64; shown this once");

/** One POST, and what came of it. */
export const WebhookAttempt = z.object({
  at: Instant,
  status: z.number().int().nullable().describe("the HTTP status of the answer; null: there was none"),
  error: z
    .string()
    .nullable()
    .describe("why there was no answer; of a target in the operator's own network only that there was none"),
  response: z.string().nullable().describe("how the answer began; not of a target in the operator's own network"),
});
export type WebhookAttempt = z.infer<typeof WebhookAttempt>;

/** One event for one webhook. */
export const WebhookDelivery = z.object({
  id: Id.describe("its webhook-id header, the same at every attempt"),
  event: z.string().describe("an event's name, or webhook.test"),
  state: z.enum(["waiting", "delivered", "failed"]).describe("failed: it is not tried again by itself"),
  created_at: Instant,
  attempts: z
    .array(WebhookAttempt)
    .describe("oldest first, the last 20; one without status and error is under way, or was broken off by a crash"),
  next_at: Instant.nullable().describe("when it is tried next"),
  body: z.string().describe("what is sent, octet for octet"),
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const webhooks = {
  list: endpoint({
    method: "GET",
    path: "/webhooks",
    summary: "The workspace's webhooks; their secrets are never shown again.",
    permission: "workspace:write",
    answer: z.object({ items: z.array(Webhook), next_cursor: z.null() }),
  }),
  create: endpoint({
    method: "POST",
    path: "/webhooks",
    summary: "Adds a webhook; `secret`, which its signatures are made with, is shown this once.",
    permission: "workspace:write",
    body: z.object({ url: Url, events: Events, enabled: z.boolean().default(true) }),
    status: 201,
    answer: Webhook.extend({ secret: Secret }),
  }),
  update: endpoint({
    method: "PATCH",
    path: "/webhooks/:id",
    summary: "Changes a webhook; enabling it forgets its failures. What it missed while disabled is not sent.",
    permission: "workspace:write",
    params: ById,
    body: z.object({ url: Url.optional(), events: Events.optional(), enabled: z.boolean().optional() }),
    answer: Webhook,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/webhooks/:id",
    summary: "Removes a webhook with its deliveries; what waits is not sent.",
    permission: "workspace:write",
    params: ById,
    status: 204,
  }),
  rotate: endpoint({
    method: "POST",
    path: "/webhooks/:id/secret",
    summary: "Makes a new secret, shown this once. For 24 hours deliveries are signed with the old one as well.",
    permission: "workspace:write",
    params: ById,
    answer: z.object({ secret: Secret }),
  }),
  test: endpoint({
    method: "POST",
    path: "/webhooks/:id/test",
    summary: "Sends the event webhook.test, whichever events it is told of. It is tried once.",
    permission: "workspace:write",
    params: ById,
    status: 202,
    answer: WebhookDelivery,
  }),
  deliveries: endpoint({
    method: "GET",
    path: "/webhooks/:id/deliveries",
    summary: "What was sent to it over the last 30 days or waits to be, newest first.",
    permission: "workspace:write",
    params: ById,
    query: z.object({ ...Paging }),
    answer: page(WebhookDelivery),
  }),
  redeliver: endpoint({
    method: "POST",
    path: "/webhooks/:id/deliveries/:delivery_id/redeliver",
    summary: "Sends a delivery once more now, under the same webhook-id; one that is being sent is left to that.",
    permission: "workspace:write",
    params: z.object({ id: Id, delivery_id: Id }),
    status: 202,
    answer: WebhookDelivery,
  }),
} satisfies Resource;
