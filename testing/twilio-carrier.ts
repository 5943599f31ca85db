/** Twilio's carrier for the pipeline of a test: in the place of the sandbox, and with short timeouts. */
import { pino } from "pino";
import type { Carrier } from "../server/carriers/carrier.ts";
import { twilioCarrier } from "../server/carriers/twilio/twilio.ts";
import { systemClock } from "../server/kit/clock.ts";
import type { Db } from "../server/kit/db.ts";
import type { TwilioDouble } from "./twilio.ts";

/** As short as loopback allows. */
const timing = { begin_within: 300, request_timeout: 500, listed_after: 100 };

/** A carrier of the test double's account, without rate limits. */
export function twilioAt(
  { url, account_sid, auth_token }: Pick<TwilioDouble, "url" | "account_sid" | "auth_token">,
  options: { workspace_id: string; id: string; db: Db; request_timeout?: number },
): Carrier {
  const rates = { long_number: null, north_american: null, short_code: null, alphanumeric: null };
  const carrier = twilioCarrier({
    api_url: url,
    timing: { ...timing, request_timeout: options.request_timeout ?? timing.request_timeout },
  })(
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
