/** Connections to the networks: their settings by kind, what state they are in, and which of them stands in for which. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, name as nameOf } from "./shapes.ts";

export const CarrierKind = z.enum(["twilio", "smpp"]);
export type CarrierKind = z.infer<typeof CarrierKind>;

const Rate = z.number().int().min(1).max(10_000);

/** Type of number and numbering plan as SMPP 3.4, 5.2.5 and 5.2.6 have them; "auto": from the address. */
const NumberType = z.union([z.literal("auto"), z.number().int().min(0).max(6)]);
const NumberPlan = z.union([z.literal("auto"), z.number().int().min(0).max(18)]);

export const TwilioSettings = z.strictObject({
  account_sid: z
    .string()
    .trim()
    .regex(/^AC[0-9a-f]{32}$/i, "an account SID is AC and 32 hexadecimal digits"),
  api_key_sid: z
    .string()
    .trim()
    .regex(/^SK[0-9a-f]{32}$/i, "an API key's SID is SK and 32 hexadecimal digits")
    .nullable()
    .default(null)
    .describe("requests are made with this key and its secret; null: with the account's auth token"),
  messaging_service_sid: z
    .string()
    .trim()
    .regex(/^MG[0-9a-f]{32}$/i, "a Messaging Service's SID is MG and 32 hexadecimal digits")
    .nullable()
    .default(null)
    .describe("texts are sent through this service; null: from the sender's own address"),
  rates: z
    .strictObject({
      long_number: Rate.nullable().default(10),
      north_american: Rate.nullable().default(1).describe("in place of long_number for those of +1"),
      short_code: Rate.nullable().default(100),
      alphanumeric: Rate.nullable().default(10),
    })
    .prefault({})
    .describe(
      "texts a second for each sender of the kind that has no rate of its own; null: as fast as Twilio takes them",
    ),
});
export type TwilioSettings = z.infer<typeof TwilioSettings>;

/**
 * `auth_token` also checks what comes back: Twilio signs webhooks with it even where requests use an API key, unless one of
 * its webhook rules has them signed with a shared key.
 */
export const TwilioSecrets = z.strictObject({
  auth_token: z.string().trim().min(1).max(200),
  api_key_secret: z.string().trim().min(1).max(200).nullable().default(null),
  shared_key_secret: z
    .string()
    .trim()
    .min(1)
    .max(400)
    .nullable()
    .default(null)
    .describe(
      "of the shared key that a webhook rule of Twilio's signs with, beside auth_token; while one key replaces another both, with a blank between them",
    ),
});
export type TwilioSecrets = z.infer<typeof TwilioSecrets>;

const Encryption = z
  .enum(["off", "on", "unverified"])
  .describe("on: encrypted, and the certificate checked; unverified: encrypted, to whoever answers there");

export const SmppSettings = z.strictObject({
  host: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .describe("a name or address on the public internet, or one that the operator names in ALLOWED_PRIVATE_TARGETS"),
  port: z.number().int().min(1).max(65_535).default(2775),
  // Of those that stand; a new one begins encrypted, see NewSmppSettings.
  tls: Encryption.default("off"),
  system_id: z.string().trim().min(1).max(15),
  system_type: z.string().trim().max(12).default(""),
  mode: z.enum(["transceiver", "pair"]).default("transceiver").describe("pair: one transmitter and one receiver"),
  binds: z.number().int().min(1).max(20).default(1).describe("connections (or pairs) that each worker process opens"),
  window: z.number().int().min(1).max(1_000).default(50).describe("requests under way on one connection"),
  enquire_link_seconds: z.number().int().min(1).max(600).default(30),
  response_seconds: z
    .number()
    .int()
    .min(1)
    .max(300)
    .default(30)
    .describe("a request unanswered for so long is unknown"),
  rates: z
    .strictObject({
      long_number: Rate.nullable().default(null),
      short_code: Rate.nullable().default(null),
      alphanumeric: Rate.nullable().default(null),
    })
    .prefault({})
    .describe(
      "texts a second for each sender of the kind that has no rate of its own; null: as fast as the window allows",
    ),
  service_type: z.string().trim().max(5).default(""),
  source_ton: NumberType.default("auto"),
  source_npi: NumberPlan.default("auto"),
  destination_ton: NumberType.default("auto"),
  destination_npi: NumberPlan.default("auto"),
  gsm7: z
    .enum(["gsm", "latin1", "ascii"])
    .default("gsm")
    .describe("how the provider reads data_coding 0: the GSM alphabet in octets, ISO 8859-1 or ASCII"),
  inbound_gsm7: z
    .enum(["same", "gsm", "latin1", "ascii"])
    .default("same")
    .describe("how the provider writes data_coding 0 in texts from handsets; same: as it reads it"),
  long_texts: z.enum(["udh", "sar", "payload"]).default("udh").describe("how texts of several parts go"),
  receipts: z.enum(["all", "none"]).default("all"),
  receipt_ids: z
    .enum(["same", "decimal_to_hex", "hex_to_decimal"])
    .default("same")
    .describe(
      "how a receipt writes the id that the answer to submit_sm gave; decimal_to_hex: answered decimal, receipted hex",
    ),
  validity: z.enum(["relative", "absolute"]).default("relative"),
  reference_tlv: z
    .number()
    .int()
    .min(0x1400)
    .max(0x3fff)
    .nullable()
    .default(null)
    .describe(
      "a vendor tag that the provider repeats in receipts; texts under way in a crash are then settled by those",
    ),
});
export type SmppSettings = z.infer<typeof SmppSettings>;

/** Of a connection that is added: its password and texts are not to be read on their way unless somebody says so. */
export const NewSmppSettings = SmppSettings.extend({ tls: Encryption.default("on") });

export const SmppSecrets = z.strictObject({
  password: z.string().max(64).describe("SMPP 3.4 allows 8 characters, many providers more"),
});
export type SmppSecrets = z.infer<typeof SmppSecrets>;

export const CarrierStatus = z.object({
  state: z
    .enum(["up", "connecting", "down", "off", "unknown"])
    .describe("off: disabled; unknown: no worker says anything of it"),
  bound: z.number().int().describe("connections that stand, over all workers"),
  wanted: z.number().int(),
  last_error: z.object({ message: z.string(), at: Instant }).nullable(),
  handed_over: z.number().describe("texts a second, over the last seconds"),
  backlog: z.number().int().describe("texts that wait in the lanes of its senders; counted to 100,000"),
});
export type CarrierStatus = z.infer<typeof CarrierStatus>;

const common = {
  id: Id,
  name: z.string(),
  enabled: z.boolean(),
  is_default: z.boolean().describe("new senders belong to it"),
  status: CarrierStatus,
  senders: z.array(z.object({ id: Id, address: z.string() })).describe("that hand their texts to it first"),
  webhooks: z
    .object({ inbound: z.string(), status: z.string() })
    .nullable()
    .describe("where the carrier must send what comes back, if it must be told; null: nothing to tell"),
  created_at: Instant,
  updated_at: Instant,
};

/** One connection. Secrets go in and never come out. */
export const Carrier = z.discriminatedUnion("kind", [
  z.object({ ...common, kind: z.literal("twilio"), settings: TwilioSettings }),
  z.object({ ...common, kind: z.literal("smpp"), settings: SmppSettings }),
]);
export type Carrier = z.infer<typeof Carrier>;

const Name = nameOf(60);
const adding = {
  name: Name.optional().describe("Twilio or SMPP, with a number where that is taken, unless given"),
  enabled: z.boolean().default(true),
};

/** One line of a test: what had to happen, and what did. */
export const TestStep = z.object({
  step: z.enum(["connected", "queued", "handed_over", "accepted", "delivered"]),
  state: z.enum(["done", "waiting", "failed"]),
  at: Instant.nullable(),
  detail: z.string().nullable().describe("the carrier's reference, or its error as it came"),
});
export type TestStep = z.infer<typeof TestStep>;

export const CarrierRoute = z.object({
  country: z
    .string()
    .regex(/^([A-Z]{2}|\*)$/, "a country is two capital letters (ISO 3166-1), like NO; * is every other")
    .describe("of the recipient's number; * is every country without a line of its own"),
  carriers: z.array(Id).max(10).describe("asked in this order when the sender's own surely did not take a text"),
});
export type CarrierRoute = z.infer<typeof CarrierRoute>;
const Routes = z.object({ items: z.array(CarrierRoute) });

export const carriers = {
  list: endpoint({
    method: "GET",
    path: "/carriers",
    summary: "The workspace's connections to carriers, with their state.",
    permission: "sms-setup:write",
    answer: z.object({ items: z.array(Carrier), next_cursor: z.null() }),
  }),
  create: endpoint({
    method: "POST",
    path: "/carriers",
    summary: "Adds a connection. The first one becomes the one that new senders belong to.",
    permission: "sms-setup:write",
    body: z.discriminatedUnion("kind", [
      z.object({ ...adding, kind: z.literal("twilio"), settings: TwilioSettings, secrets: TwilioSecrets }),
      z.object({ ...adding, kind: z.literal("smpp"), settings: NewSmppSettings, secrets: SmppSecrets }),
    ]),
    status: 201,
    answer: Carrier,
  }),
  get: endpoint({
    method: "GET",
    path: "/carriers/:id",
    summary: "One connection, with its state and the senders that use it.",
    permission: "sms-setup:write",
    params: ById,
    answer: Carrier,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/carriers/:id",
    summary: "Changes a connection; workers take the change within seconds. What is not named stays, secrets included.",
    permission: "sms-setup:write",
    params: ById,
    body: z.object({
      name: Name.optional(),
      enabled: z.boolean().optional(),
      is_default: z.literal(true).optional(),
      settings: z.record(z.string(), z.unknown()).optional().describe("as at POST; settings that are not named stay"),
      secrets: z
        .record(z.string(), z.string().nullable())
        .optional()
        .describe(
          "as at POST; written, never shown. Must be named again (422 secret_needed) when it would go elsewhere: password with host, port or tls, auth_token with account_sid, api_key_secret with api_key_sid",
        ),
    }),
    answer: Carrier,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/carriers/:id",
    summary: "Removes a connection that no sender uses and nothing is under way with.",
    permission: "sms-setup:write",
    params: ById,
    status: 204,
  }),
  test: endpoint({
    method: "POST",
    path: "/carriers/:id/tests",
    summary: "Sends a test text through the connection; it counts like any other.",
    permission: "sms-setup:write",
    params: ById,
    body: z.object({
      to: z.string().trim().min(3).max(40),
      sender_id: Id.optional().describe("a sender of this connection; the first unless given"),
    }),
    status: 201,
    answer: z.object({ id: Id.describe("of the message") }),
    idempotent: true,
  }),
  testSteps: endpoint({
    method: "GET",
    path: "/carriers/:id/tests/:message_id",
    summary: "How far a test text has come, step by step.",
    permission: "sms-setup:write",
    params: z.object({ id: Id, message_id: Id }),
    answer: z.object({ steps: z.array(TestStep), finished: z.boolean() }),
  }),
  routes: endpoint({
    method: "GET",
    path: "/carrier-routes",
    summary: "Which carriers stand in for a sender's own, by country.",
    permission: "sms-setup:write",
    answer: Routes,
  }),
  setRoutes: endpoint({
    method: "PUT",
    path: "/carrier-routes",
    summary:
      "Sets which carriers stand in, by country. One is only asked when the one before it surely did not take the text, never when nobody knows.",
    permission: "sms-setup:write",
    body: Routes,
    answer: Routes,
  }),
} satisfies Resource;
