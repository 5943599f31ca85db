/**
 * Links to the customer's page of a booking: `https://<LINK_DOMAIN>/b/<code>`. Whoever has one sees the booking, so nobody can guess it: a
 * code is one of 3.2 × 10²¹, derived with the installation's key.
 */
import { createHmac, hkdfSync } from "node:crypto";
import { codeOfDigest } from "../kit/codes.ts";
import type { Config } from "../kit/config.ts";

const length = 12;

export interface ManageLinks {
  /** What links in texts begin with, such as https://sms.example. */
  origin: string;
  codeOf(workspaceId: string, bookingId: string): string;
  urlOf(code: string): string;
}

export function createManageLinks(config: Pick<Config, "public_url" | "link_domain" | "secret_key">): ManageLinks {
  const origin = `${new URL(config.public_url).protocol}//${config.link_domain}`;
  const key = Buffer.from(hkdfSync("sha256", config.secret_key, "varsla", "links of bookings", 32));
  return {
    origin,
    codeOf: (workspaceId, bookingId) =>
      codeOfDigest(createHmac("sha256", key).update(`${workspaceId} ${bookingId}`).digest(), length),
    urlOf: (code) => `${origin}/b/${code}`,
  };
}

/** Whether a text can be a code at all. */
export const isManageCode = (text: string): boolean => /^[0-9A-Za-z]{12}$/.test(text);
