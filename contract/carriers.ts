/** Connections to carriers: their settings by kind, their status, and the fallback routes between them. */
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
    .describe("requests are authenticated with this key and its secret; null: with the account's auth token"),
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
      north_american: Rate.nullable().default(1).describe("instead of long_number for numbers of +1"),
      short_code: Rate.nullable().default(100),
      alphanumeric: Rate.nullable().default(10),
    })
    .prefault({})
    .describe(
      "texts a second for each sender of the kind that has no rate of its own; null: as fast as Twilio accepts them",
    ),
});
export type TwilioSettings = z.infer<typeof TwilioSettings>;

/**
 * `auth_token` also verifies webhooks: Twilio signs them with it even where requests use an API key, unless a webhook rule of
 * Twilio's signs them with a shared key.
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
      "of the shared key that a webhook rule of Twilio's signs with, in addition to auth_token; while one key replaces another both, separated by a space",
    ),
});
export type TwilioSecrets = z.infer<typeof TwilioSecrets>;

const Encryption = z
  .enum(["off", "on", "unverified"])
  .describe("on: encrypted, and the certificate is verified; unverified: encrypted without verifying the certificate");

export const SmppSettings = z.strictObject({
  host: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .describe("a name or address on the public internet, or one that the operator lists in ALLOWED_PRIVATE_TARGETS"),
  port: z.number().int().min(1).max(65_535).default(2775),
  // For existing connections; a new one is encrypted by default, see NewSmppSettings.
  tls: Encryption.default("off"),
  system_id: z.string().trim().min(1).max(15),
  system_type: z.string().trim().max(12).default(""),
  mode: z.enum(["transceiver", "pair"]).default("transceiver").describe("pair: one transmitter and one receiver"),
  binds: z.number().int().min(1).max(20).default(1).describe("connections (or pairs) that each worker process opens"),
  window: z.number().int().min(1).max(1_000).default(50).describe("unanswered requests on one connection"),
  enquire_link_seconds: z.number().int().min(1).max(600).default(30),
  response_seconds: z
    .number()
    .int()
    .min(1)
    .max(300)
    .default(30)
    .describe("the outcome of a request without an answer for this long is unknown"),
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
  long_texts: z.enum(["udh", "sar", "payload"]).default("udh").describe("how texts of several parts are sent"),
  receipts: z.enum(["all", "none"]).default("all"),
  receipt_ids: z
    .enum(["same", "decimal_to_hex", "hex_to_decimal"])
    .default("same")
    .describe(
      "how receipts write the id that submit_sm was answered with; decimal_to_hex: decimal in the answer, hexadecimal in the receipt",
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
      "a vendor tag that the provider repeats in receipts, by which texts in flight during a crash are reconciled",
    ),
});
export type SmppSettings = z.infer<typeof SmppSettings>;

/** For a new connection: encrypted by default, so that its password and texts cannot be read in transit. */
export const NewSmppSettings = SmppSettings.extend({ tls: Encryption.default("on") });

export const SmppSecrets = z.strictObject({
  password: z.string().max(64).describe("SMPP 3.4 allows 8 characters, many providers more"),
});
export type SmppSecrets = z.infer<typeof SmppSecrets>;

export const CarrierStatus = z.object({
  state: z
    .enum(["up", "connecting", "down", "off", "unknown"])
    .describe("off: disabled; unknown: no worker process reports its status"),
  bound: z.number().int().describe("established connections of all workers"),
  wanted: z.number().int(),
  last_error: z.object({ message: z.string(), at: Instant }).nullable(),
  handed_over: z.number().describe("texts submitted a second, over the last seconds"),
  backlog: z.number().int().describe("texts queued in the lanes of its senders; counted to 100,000"),
});
export type CarrierStatus = z.infer<typeof CarrierStatus>;

const common = {
  id: Id,
  name: z.string(),
  enabled: z.boolean(),
  is_default: z.boolean().describe("new senders belong to it"),
  status: CarrierStatus,
  senders: z.array(z.object({ id: Id, address: z.string() })).describe("senders whose texts are submitted to it first"),
  webhooks: z
    .object({ inbound: z.string(), status: z.string() })
    .nullable()
    .describe("the URLs to enter at the carrier for receipts and received texts; null: it needs none"),
  created_at: Instant,
  updated_at: Instant,
};

/** One connection. Its secrets can be set and are never shown. */
export const Carrier = z.discriminatedUnion("kind", [
  z.object({ ...common, kind: z.literal("twilio"), settings: TwilioSettings }),
  z.object({ ...common, kind: z.literal("smpp"), settings: SmppSettings }),
]);
export type Carrier = z.infer<typeof Carrier>;

const Name = nameOf(60);
const adding = {
  name: Name.optional().describe("default: Twilio or SMPP, with a number where that name is taken"),
  enabled: z.boolean().default(true),
};

/** One step of a test, and its result. */
export const TestStep = z.object({
  step: z.enum(["connected", "queued", "handed_over", "accepted", "delivered"]),
  state: z.enum(["done", "waiting", "failed"]),
  at: Instant.nullable(),
  detail: z.string().nullable().describe("the carrier's reference or unchanged error"),
});
export type TestStep = z.infer<typeof TestStep>;

export const CarrierRoute = z.object({
  country: z
    .string()
    .regex(/^([A-Z]{2}|\*)$/, "a country is two capital letters (ISO 3166-1), like NO; * is every other")
    .describe("of the recipient's number; * is every country without a route of its own"),
  carriers: z
    .array(Id)
    .max(10)
    .describe("tried in this order when the sender's own carrier certainly did not accept a text"),
});
export type CarrierRoute = z.infer<typeof CarrierRoute>;
const Routes = z.object({ items: z.array(CarrierRoute) });

export const carriers = {
  list: endpoint({
    method: "GET",
    path: "/carriers",
    summary: "The workspace's connections to carriers, with their status.",
    permission: "sms-setup:write",
    answer: z.object({ items: z.array(Carrier), next_cursor: z.null() }),
  }),
  create: endpoint({
    method: "POST",
    path: "/carriers",
    summary: "Adds a connection. The first one becomes the default, which new senders belong to.",
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
    summary: "One connection, with its status and the senders that use it.",
    permission: "sms-setup:write",
    params: ById,
    answer: Carrier,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/carriers/:id",
    summary:
      "Changes a connection; workers apply the change within seconds. What is not given stays unchanged, secrets included.",
    permission: "sms-setup:write",
    params: ById,
    body: z.object({
      name: Name.optional(),
      enabled: z.boolean().optional(),
      is_default: z.literal(true).optional(),
      settings: z
        .record(z.string(), z.unknown())
        .optional()
        .describe("as at POST; settings that are not given stay unchanged"),
      secrets: z
        .record(z.string(), z.string().nullable())
        .optional()
        .describe(
          "as at POST; never shown. A secret must be given again (422 secret_needed) with a change that would send it elsewhere: password with host, port or tls, auth_token with account_sid, api_key_secret with api_key_sid",
        ),
    }),
    answer: Carrier,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/carriers/:id",
    summary: "Removes a connection that no sender uses and that has no texts in flight.",
    permission: "sms-setup:write",
    params: ById,
    status: 204,
  }),
  test: endpoint({
    method: "POST",
    path: "/carriers/:id/tests",
    summary: "Sends a test text through the connection; it counts against the quota like any other.",
    permission: "sms-setup:write",
    params: ById,
    body: z.object({
      to: z.string().trim().min(3).max(40),
      sender_id: Id.optional().describe("a sender of this connection; default: the first"),
    }),
    status: 201,
    answer: z.object({ id: Id.describe("of the message") }),
    idempotent: true,
  }),
  testSteps: endpoint({
    method: "GET",
    path: "/carriers/:id/tests/:message_id",
    summary: "The progress of a test text, step by step.",
    permission: "sms-setup:write",
    params: z.object({ id: Id, message_id: Id }),
    answer: z.object({ steps: z.array(TestStep), finished: z.boolean() }),
  }),
  routes: endpoint({
    method: "GET",
    path: "/carrier-routes",
    summary: "The fallback carriers for senders' own carriers, by country.",
    permission: "sms-setup:write",
    answer: Routes,
  }),
  setRoutes: endpoint({
    method: "PUT",
    path: "/carrier-routes",
    summary:
      "Sets the fallback carriers by country. One is tried only when the one before it certainly did not accept the text, never when that is unknown.",
    permission: "sms-setup:write",
    body: Routes,
    answer: Routes,
  }),
} satisfies Resource;
