/** What webhooks are sent: each event with its payload and an example of it. */
import { z } from "zod";
import { type ActivityData, type ActivityType, activityTypes } from "./activity.ts";
import { Alert } from "./alerts.ts";
import { Id, Instant } from "./shapes.ts";

interface EventDescription {
  summary: string;
  payload: z.ZodType;
  example: { type: string; timestamp: string; data: unknown; id?: string };
}

const AlertData = z.object({ workspace_id: Id, alert: Alert });
const alertPayload = (type: "alert.raised" | "alert.resolved") =>
  z.object({ type: z.literal(type), timestamp: Instant, data: AlertData });

const at = "2026-11-26T09:04:12.558Z";
const contact: ActivityData<"contact.created"> = {
  id: "019abf0e-3a51-7c41-8a5e-7a8e6f2b9d10",
  mobile: "+4790123456",
  mobile_kind: "mobile",
  phone: null,
  phone_kind: null,
  email: "kari@example.com",
  first_name: "Kari",
  last_name: "Nordmann",
  locale: "nb",
  time_zone: null,
  marketing: true,
  muted: false,
  customer_since: null,
  properties: { town: "Bergen" },
  lists: [{ id: "019abf0e-1b02-7d3f-9c11-0d4b5a6c7e8f", name: "Members" }],
  opt_outs: [],
  possible_opt_outs: [],
  created_at: "2026-11-20T12:00:00.000Z",
  updated_at: at,
};
const source = { type: "campaign", id: "019abf11-2f00-7b1a-8f3d-4c5d6e7f8a9b" };
const sent: ActivityData<"message.delivered"> = {
  id: "019abf12-7e2e-7f7a-8b2c-1d2e3f4a5b6c",
  direction: "outbound",
  status: "delivered",
  from: "SALONG",
  to: "+4790123456",
  text: "Hi Kari, 20 % off this week. Reply STOP to opt out",
  class: "marketing",
  encoding: "GSM-7",
  segments: 1,
  contact_id: contact.id,
  source,
  reason: null,
  carrier: "Twilio",
  carrier_reference: "SM0123456789abcdef0123456789abcdef",
  carrier_error: null,
  not_before: null,
  created_at: "2026-11-26T09:04:05.000Z",
  history: [
    { status: "queued", at: "2026-11-26T09:04:05.000Z", detail: null },
    { status: "submitted", at: "2026-11-26T09:04:06.120Z", detail: "Twilio" },
    { status: "sent", at: "2026-11-26T09:04:06.120Z", detail: "SM0123456789abcdef0123456789abcdef" },
    { status: "delivered", at: "2026-11-26T09:04:12.300Z", detail: null },
  ],
};
const beforeOutcome = sent.history.slice(0, 3);
const unsent = { carrier: null, carrier_reference: null, segments: 0, text: "" };

const booking: ActivityData<"booking.created"> = {
  id: "019abf12-1111-7a2b-8c3d-4e5f6a7b8c9d",
  reference: "K7PX-3MQD",
  customer: {
    id: contact.id,
    name: "Kari Nordmann",
    first_name: "Kari",
    last_name: "Nordmann",
    mobile: "+4790123456",
    email: "kari@example.com",
    locale: "nb",
    time_zone: null,
  },
  attendees: [],
  service: { id: "019abf0e-3333-7b4c-8d5e-6f7a8b9c0d1e", name: "Haircut" },
  location: { id: "019abf0e-4444-7c5d-8e6f-7a8b9c0d1e2f", name: "Storgata" },
  resources: [{ id: "019abf0e-5555-7d6e-8f7a-8b9c0d1e2f3a", name: "Ola" }],
  start: "2026-12-04T13:00:00.000Z",
  end: "2026-12-04T13:45:00.000Z",
  time_zone: "Europe/Oslo",
  status: "confirmed",
  stands_for: "confirmed",
  payment: "none",
  locale: null,
  notes: null,
  source: "api",
  external_id: "A-1042",
  muted: false,
  muted_workflows: [],
  manage_url: "https://sms.example/b/k3Xv9QaZ81bC",
  created_at: at,
  updated_at: at,
};

const order: ActivityData<"order.created"> = {
  id: "019abf12-2222-7b3c-8d4e-5f6a7b8c9d0e",
  event: { id: "019abf0e-6666-7e7f-8a8b-9c0d1e2f3a4b", name: "Christmas concert" },
  reference: "R4TZ-81WC",
  buyer: {
    id: contact.id,
    name: "Kari Nordmann",
    first_name: "Kari",
    last_name: "Nordmann",
    mobile: "+4790123456",
    email: "kari@example.com",
    locale: "nb",
  },
  lines: [
    {
      id: "019abf12-3333-7c4d-8e5f-6a7b8c9d0e1f",
      ticket_type: { id: "019abf0e-7777-7f8a-8b9c-0d1e2f3a4b5c", name: "Stalls" },
      product: null,
      quantity: 1,
      price: 350,
      currency: "NOK",
      state: "active",
      tickets: [
        {
          id: "019abf12-4444-7d5e-8f6a-7b8c9d0e1f2a",
          ticket_type: { id: "019abf0e-7777-7f8a-8b9c-0d1e2f3a4b5c", name: "Stalls" },
          date: null,
          holder: null,
          state: "active",
          valid: true,
          checked_in_at: null,
        },
      ],
    },
  ],
  status: "paid",
  complimentary: false,
  locale: null,
  test: false,
  consents: [{ subscription_type: "019abf0e-0000-7a1b-8c2d-3e4f5a6b7c8d", channel: "sms", granted: true }],
  source: "api",
  external_id: "T-2077",
  created_at: at,
  updated_at: at,
};

const examples: { [Type in ActivityType]: ActivityData<Type> } = {
  "message.received": {
    ...sent,
    ...unsent,
    direction: "inbound",
    status: "received",
    from: "+4790123456",
    to: "+4759440000",
    text: "See you at ten",
    class: "transactional",
    segments: 1,
    source: { type: "inbound", id: null },
    carrier: "Twilio",
    history: [{ status: "received", at: "2026-11-26T09:04:05.000Z", detail: null }],
  },
  "message.delivered": sent,
  "message.failed": {
    ...sent,
    status: "undelivered",
    reason: "unreachable",
    carrier_error: "30003",
    history: [...beforeOutcome, { status: "undelivered", at: "2026-11-26T09:04:12.300Z", detail: "unreachable 30003" }],
  },
  "message.skipped": {
    ...sent,
    ...unsent,
    status: "skipped",
    reason: "opted_out",
    history: [{ status: "skipped", at: "2026-11-26T09:04:05.000Z", detail: "opted_out" }],
  },
  "contact.created": contact,
  "contact.updated": contact,
  "contact.opted_out": { contact: null, number: "+4790123456" },
  "contact.opted_in": { contact, number: "+4790123456" },
  "contact.consented": {
    contact,
    consent: {
      id: "019abf12-9a00-7c3e-9d8f-5a6b7c8d9e0f",
      contact_id: contact.id,
      subscription_type: {
        id: "019abf0e-0000-7a1b-8c2d-3e4f5a6b7c8d",
        key: "marketing",
        name: "Marketing",
        needs_consent: true,
      },
      channel: "sms",
      action: "grant",
      source: "Form at the till",
      evidence: "Yes, text me offers from Salong Saks",
      at,
      recorded_at: at,
    },
  },
  "contact.erased": { id: contact.id },
  "booking.created": booking,
  "booking.updated": { ...booking, payment: "paid" },
  "booking.cancelled": { ...booking, status: "cancelled", stands_for: "cancelled" },
  "order.created": order,
  "order.updated": { ...order, lines: [] },
  "order.cancelled": { ...order, status: "cancelled" },
  "campaign.sent": {
    id: source.id,
    name: "November offer",
    status: "sent",
    text: "Hi {{ contact.first_name }}, 20 % off this week.",
    sender: "SALONG",
    subscription_type: { id: "019abf0e-0000-7a1b-8c2d-3e4f5a6b7c8d", key: "marketing", name: "Marketing" },
    include: { lists: ["019abf0e-1b02-7d3f-9c11-0d4b5a6c7e8f"], contacts: [] },
    exclude: { lists: [], contacts: [] },
    opt_out_text: true,
    validity_seconds: null,
    links: { shorten: true },
    counts: { recipients: 1_200, sent: 1_196, not_sent: 4, delivered: 1_150, not_delivered: 12, pending: 0 },
    waiting: null,
    owner: { id: null, name: "Ola Nordmann" },
    changed_by: { id: null, name: "Ola Nordmann" },
    error: null,
    created_at: "2026-11-26T08:30:00.000Z",
    updated_at: at,
    sent_at: "2026-11-26T09:04:00.000Z",
    finished_at: at,
    scheduled_at: null,
    schedule: null,
    revision: 3,
  },
  "import.done": {
    id: "019abf10-5c00-7e4d-8a9b-0c1d2e3f4a5b",
    status: "done",
    file_name: "members.csv",
    rows: 1_205,
    created: 1_150,
    updated: 40,
    unchanged: 10,
    consents_recorded: 1_190,
    rejected_count: 5,
    warning_count: 0,
    totals: null,
    error: null,
    created_at: "2026-11-26T09:03:50.000Z",
    finished_at: at,
  },
  "link.clicked": {
    id: "019abf12-9b10-7a2c-8d4e-6f7a8b9c0d1e",
    url: "https://example.com/offer",
    message_id: sent.id,
    contact_id: contact.id,
    source,
    at,
  },
};

const alert: z.output<typeof Alert> = {
  id: "019abf12-0000-7b3c-8d5e-7f8a9b0c1d2e",
  kind: "carrier_down",
  severity: "critical",
  raised_at: at,
  resolved_at: null,
  params: {
    carrier: { id: "019abf0e-2222-7c4d-8e6f-8a9b0c1d2e3f", name: "Twilio" },
    since: "2026-11-26T09:02:00.000Z",
    reason: "down",
    last_error: "The connection was refused.",
  },
};
const workspace_id = "019abf0d-0000-7d4e-8f7a-9b0c1d2e3f4a";

const alertEvents = {
  "alert.raised": {
    summary: "An alert was raised.",
    payload: alertPayload("alert.raised"),
    example: { type: "alert.raised", timestamp: at, data: { workspace_id, alert } },
  },
  "alert.resolved": {
    summary: "An alert is over.",
    payload: alertPayload("alert.resolved"),
    example: { type: "alert.resolved", timestamp: at, data: { workspace_id, alert: { ...alert, resolved_at: at } } },
  },
} satisfies Record<string, EventDescription>;

function describe(type: ActivityType): EventDescription {
  const { summary, data } = activityTypes[type];
  return {
    summary,
    payload: z.object({
      id: Id.describe("the same in every attempt, and the webhook-id header"),
      type: z.literal(type),
      timestamp: Instant.describe("when it happened"),
      data,
    }),
    example: { id: "019abf12-9c2e-7d3f-8a1b-2c3d4e5f6a7b", type, timestamp: at, data: examples[type] },
  };
}

const types = Object.keys(activityTypes) as ActivityType[];
const ofActivity = Object.fromEntries(types.map((type) => [type, describe(type)])) as Record<
  ActivityType,
  EventDescription
>;

export type WebhookEventName = keyof typeof alertEvents | ActivityType;

/** Every event that a webhook can be sent, by its name. */
export const webhookEvents: Record<WebhookEventName, EventDescription> = { ...alertEvents, ...ofActivity };
