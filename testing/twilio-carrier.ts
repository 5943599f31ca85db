/** Twilio's carrier as the road of a test has it: in the sandbox's place, and with less patience. */
import { pino } from "pino";
import type { Carrier } from "../server/carriers/carrier.ts";
import { twilioCarrier } from "../server/carriers/twilio.ts";
import { systemClock } from "../server/kit/clock.ts";
import type { Db } from "../server/kit/db.ts";
import type { TwilioStandIn } from "./twilio.ts";

/** As short as loopback allows. */
const timing = { begin_within: 300, patience: 500, listed_after: 100 };

/** A carrier of the stand-in's account, without rate limits. */
export function twilioAt(
  { url, account_sid, auth_token }: Pick<TwilioStandIn, "url" | "account_sid" | "auth_token">,
  options: { workspace_id: string; id: string; db: Db; patience?: number },
): Carrier {
  const rates = { long_number: null, north_american: null, short_code: null, alphanumeric: null };
  const carrier = twilioCarrier({ api_url: url, timing: { ...timing, patience: options.patience ?? timing.patience } })(
    {
      workspace_id: options.workspace_id,
      id: options.id,
      name: "twilio",
      settings: { account_sid, api_key_sid: null, messaging_service_sid: null, rates },
      secrets: { auth_token, api_key_secret: null, shared_key_secret: null },
    },
    {
      db: options.db,
      clock: systemClock,
      log: pino({ level: process.env.TEST_LOG ?? "silent" }),
      public_url: "http://localhost:3000",
    },
  );
  return { ...carrier, id: null };
}
