import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant } from "./shapes.ts";

export const Channel = z.enum(["sms", "email"]);

export const SubscriptionType = z.object({
  id: Id,
  key: z.string().describe("stable name for code, like marketing"),
  name: z.string(),
  /** Transactional texts need no opt-in. */
  needs_consent: z.boolean(),
  subscribers: z.number().int().optional(),
});
export type SubscriptionType = z.infer<typeof SubscriptionType>;

export const ConsentEventInput = z.object({
  contact_id: Id,
  subscription_type: z.string().min(1).max(100).describe("id, key or name"),
  channel: Channel.default("sms"),
  action: z.enum(["grant", "withdraw"]),
  source: z.string().trim().min(1).max(200).describe("where it happened: a form's name, sms, phone, import"),
  evidence: z.string().trim().max(4000).nullish().describe("the words agreed to, or what else proves it"),
  at: Instant.optional().describe("when it happened; now unless said. Never in the future"),
});

export const ConsentEvent = z.object({
  id: Id,
  contact_id: Id,
  subscription_type: SubscriptionType.omit({ subscribers: true }),
  channel: Channel,
  action: z.enum(["grant", "withdraw"]),
  source: z.string(),
  evidence: z.string().nullable(),
  at: Instant,
  recorded_at: Instant,
});
export type ConsentEvent = z.infer<typeof ConsentEvent>;

export const consent = {
  types: endpoint({
    method: "GET",
    path: "/subscription-types",
    summary: "What a contact can consent to in this workspace.",
    permission: "consent:read",
    answer: z.object({ items: z.array(SubscriptionType), next_cursor: z.null() }),
  }),
  createType: endpoint({
    method: "POST",
    path: "/subscription-types",
    summary: "Adds a subscription type (at most 60); 409 when the name is taken.",
    permission: "consent:write",
    body: z.object({ name: z.string().trim().min(1).max(100) }),
    status: 201,
    answer: SubscriptionType,
  }),
  record: endpoint({
    method: "POST",
    path: "/consent-events",
    summary: "Appends a consent event to the ledger; the latest by `at` decides what is in force.",
    permission: "consent:write",
    body: ConsentEventInput,
    status: 201,
    answer: ConsentEvent,
  }),
  ofContact: endpoint({
    method: "GET",
    path: "/contacts/:id/consent",
    summary: "What the contact consents to now, and every event behind it, newest first.",
    permission: "consent:read",
    params: ById,
    answer: z.object({
      current: z.array(
        z.object({
          subscription_type: SubscriptionType.omit({ subscribers: true }),
          channel: Channel,
          granted: z.boolean(),
          at: Instant,
          source: z.string(),
        }),
      ),
      events: z.array(ConsentEvent),
    }),
  }),
} satisfies Resource;
