import { z } from "zod";
import { OptOut } from "./contacts.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, name as nameOf } from "./shapes.ts";

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

/** A STOP or START of one of the contact's numbers. */
export const OptOutEvent = z.object({
  id: Id,
  number: z.string(),
  sender: z.string().nullable().describe("whose texts it is about; null: the whole workspace's"),
  action: z.enum(["opt_out", "opt_in"]),
  source: z.string().describe("sms, api, web or import"),
  evidence: z.string().nullable().describe("the words that were received, or the reason of whoever recorded it"),
  recorded_by: z.string().nullable().describe("a person's or key's name; null: the handset itself"),
  at: Instant,
});
export type OptOutEvent = z.infer<typeof OptOutEvent>;

const OptOutByHand = z.object({
  sender: z.string().trim().min(1).max(40).nullish().describe("id or address; the whole workspace unless said"),
  reason: z.string().trim().min(1).max(1000).describe("what was said, and where: kept as proof"),
});

const OptOutsNow = z.object({ opt_outs: z.array(OptOut) });

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
    body: z.object({ name: nameOf(100) }),
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
      opt_out_events: z.array(OptOutEvent).describe("every STOP and START of the contact's numbers, newest first"),
    }),
  }),
  optOut: endpoint({
    method: "POST",
    path: "/contacts/:id/opt-outs",
    summary: "Records a STOP by hand for the contact's numbers; once answered, no text that it forbids still leaves.",
    permission: "consent:write",
    params: ById,
    body: OptOutByHand,
    status: 201,
    answer: OptOutsNow,
  }),
  liftOptOut: endpoint({
    method: "DELETE",
    path: "/contacts/:id/opt-outs",
    summary: "Lifts a STOP because the contact asked for it: of one sender, or all of them.",
    permission: "consent:write",
    params: ById,
    body: OptOutByHand,
    answer: OptOutsNow,
  }),
} satisfies Resource;
