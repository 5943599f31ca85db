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
  source: z.string().trim().min(1).max(200).describe("where the consent was given: a form's name, sms, phone, import"),
  evidence: z.string().trim().max(4000).nullish().describe("the wording agreed to, or other proof"),
  at: Instant.optional().describe("when it happened; default: now. Never in the future"),
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
  sender: z.string().nullable().describe("the sender whose texts it applies to; null: the whole workspace"),
  action: z.enum(["opt_out", "opt_in"]),
  source: z.string().describe("sms, api, web or import"),
  evidence: z
    .string()
    .nullable()
    .describe("the text that was received, or the reason given by the person or key that recorded it"),
  recorded_by: z.string().nullable().describe("a person's or key's name; null: the recipient, from the handset"),
  at: Instant,
});
export type OptOutEvent = z.infer<typeof OptOutEvent>;

const OptOutByHand = z.object({
  sender: z.string().trim().min(1).max(40).nullish().describe("id or address; default: the whole workspace"),
  reason: z.string().trim().min(1).max(1000).describe("what the contact asked for, and where; kept as proof"),
});

const OptOutsNow = z.object({ opt_outs: z.array(OptOut) });

export const consent = {
  types: endpoint({
    method: "GET",
    path: "/subscription-types",
    summary: "The subscription types that contacts of this workspace can consent to.",
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
    summary: "Appends a consent event to the ledger; the event with the latest `at` decides what is in force.",
    permission: "consent:write",
    body: ConsentEventInput,
    status: 201,
    answer: ConsentEvent,
  }),
  preferencesLink: endpoint({
    method: "GET",
    path: "/contacts/:id/preferences-link",
    summary:
      "The link to the contact's page of preferences, where they choose what they get, without signing in. Whoever has it may change that, so it takes the permission to; it is the same each time.",
    permission: "consent:write",
    params: ById,
    answer: z.object({ url: z.string() }),
  }),
  ofContact: endpoint({
    method: "GET",
    path: "/contacts/:id/consent",
    summary: "The contact's current consents, and all consent events, newest first.",
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
    summary:
      "Records an opt-out by hand for the contact's numbers; after the answer, no text that it forbids is submitted any more.",
    permission: "consent:write",
    params: ById,
    body: OptOutByHand,
    status: 201,
    answer: OptOutsNow,
  }),
  liftOptOut: endpoint({
    method: "DELETE",
    path: "/contacts/:id/opt-outs",
    summary: "Lifts an opt-out at the contact's request, for one sender or for all.",
    permission: "consent:write",
    params: ById,
    body: OptOutByHand,
    answer: OptOutsNow,
  }),
} satisfies Resource;
