/**
 * Callbacks of carriers, authenticated by the signature of each request: without a valid one the answer is 403, and repeated
 * ones from the same address get 429.
 */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";

/** Any text, so that a malformed id gets the same answer as an unknown one. */
const OfCarrier = z.object({ id: z.string().max(100).describe("the connection's id") });

export const carrierWebhooks = {
  twilioStatus: endpoint({
    method: "POST",
    path: "/carriers/:id/twilio/status",
    summary:
      "Receives a text's status from Twilio (StatusCallback), a form with X-Twilio-Signature; with 503 Twilio sends it again.",
    permission: "anyone",
    signed: true,
    params: OfCarrier,
    query: z.object({
      message: z.string().max(100).optional().describe("Varsla's id of the message, as given to Twilio"),
    }),
    status: 204,
  }),
  twilioInbound: endpoint({
    method: "POST",
    path: "/carriers/:id/twilio/inbound",
    summary:
      "Receives a text to one of the workspace's numbers from Twilio, a form with X-Twilio-Signature; the answer is empty TwiML.",
    permission: "anyone",
    signed: true,
    params: OfCarrier,
    answerType: "text/xml",
  }),
} satisfies Resource;
