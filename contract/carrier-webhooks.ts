/**
 * What carriers call back. Nobody signs in here: each request is signed, and one that is not gets 403; an address that goes on
 * sending such gets 429.
 */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";

/** Any text: an id that is none is told from one that is not there by nobody. */
const OfCarrier = z.object({ id: z.string().max(100).describe("of the connection") });

export const carrierWebhooks = {
  twilioStatus: endpoint({
    method: "POST",
    path: "/carriers/:id/twilio/status",
    summary:
      "Twilio says what became of a text: its StatusCallback, a form with X-Twilio-Signature; 503 asks for it again.",
    permission: "anyone",
    signed: true,
    params: OfCarrier,
    query: z.object({
      message: z.string().max(100).optional().describe("our id of the text, as we gave it to Twilio"),
    }),
    status: 204,
  }),
  twilioInbound: endpoint({
    method: "POST",
    path: "/carriers/:id/twilio/inbound",
    summary:
      "Twilio hands over a text to one of our numbers, a form with X-Twilio-Signature; the answer is empty TwiML.",
    permission: "anyone",
    signed: true,
    params: OfCarrier,
    answerType: "text/xml",
  }),
} satisfies Resource;
