import type { CarrierFields } from "./field-spec.ts";

const sid = (prefix: string) => new RegExp(`^${prefix}[0-9a-f]{32}$`, "i");

/** The settings of a Twilio account, in the form's order. */
export const twilioFields: CarrierFields = {
  main: [
    { name: "account_sid", as: "text", most: 34, pattern: sid("AC"), required: true, wide: true },
    { name: "auth_token", as: "secret", most: 200, required: true, wide: true },
  ],
  more: [
    {
      name: "service",
      fields: [{ name: "messaging_service_sid", as: "text", most: 34, pattern: sid("MG"), nullable: true, wide: true }],
    },
    {
      name: "key",
      fields: [
        { name: "api_key_sid", as: "text", most: 34, pattern: sid("SK"), nullable: true },
        { name: "api_key_secret", as: "secret", most: 200, nullable: true },
      ],
    },
    {
      name: "sharedKey",
      fields: [{ name: "shared_key_secret", as: "secret", most: 400, nullable: true, wide: true }],
    },
    {
      name: "rates",
      fields: [
        { name: "long_number", as: "number", least: 1, most: 10_000, initial: "10", nullable: true, inside: "rates" },
        { name: "north_american", as: "number", least: 1, most: 10_000, initial: "1", nullable: true, inside: "rates" },
        { name: "short_code", as: "number", least: 1, most: 10_000, initial: "100", nullable: true, inside: "rates" },
        { name: "alphanumeric", as: "number", least: 1, most: 10_000, initial: "10", nullable: true, inside: "rates" },
      ],
    },
  ],
};
