import type { CarrierFields } from "./field-spec.ts";

const numberTypes = ["auto", "0", "1", "2", "3", "4", "5", "6"];
const numberPlans = ["auto", "0", "1", "3", "4", "6", "8", "9", "10", "14", "18"];

/** The settings of an SMPP connection, in the form's order. */
export const smppFields: CarrierFields = {
  main: [
    { name: "host", as: "text", most: 253, required: true },
    { name: "port", as: "number", least: 1, most: 65_535, initial: "2775", required: true },
    { name: "system_id", as: "text", most: 15, required: true },
    { name: "password", as: "secret", most: 64, required: true },
    { name: "tls", as: "choice", values: ["on", "unverified", "off"], initial: "on", wide: true },
  ],
  more: [
    {
      name: "sessions",
      fields: [
        { name: "mode", as: "choice", values: ["transceiver", "pair"], initial: "transceiver" },
        { name: "system_type", as: "text", most: 12 },
        { name: "binds", as: "number", least: 1, most: 20, initial: "1", required: true },
        { name: "window", as: "number", least: 1, most: 1000, initial: "50", required: true },
        { name: "enquire_link_seconds", as: "number", least: 1, most: 600, initial: "30", required: true },
        { name: "response_seconds", as: "number", least: 1, most: 300, initial: "30", required: true },
      ],
    },
    {
      name: "rates",
      fields: [
        { name: "long_number", as: "number", least: 1, most: 10_000, nullable: true, inside: "rates" },
        { name: "short_code", as: "number", least: 1, most: 10_000, nullable: true, inside: "rates" },
        { name: "alphanumeric", as: "number", least: 1, most: 10_000, nullable: true, inside: "rates" },
      ],
    },
    {
      name: "texts",
      fields: [
        { name: "gsm7", as: "choice", values: ["gsm", "latin1", "ascii"], initial: "gsm" },
        { name: "inbound_gsm7", as: "choice", values: ["same", "gsm", "latin1", "ascii"], initial: "same" },
        { name: "long_texts", as: "choice", values: ["udh", "sar", "payload"], initial: "udh" },
        { name: "validity", as: "choice", values: ["relative", "absolute"], initial: "relative" },
        { name: "service_type", as: "text", most: 5 },
      ],
    },
    {
      name: "addresses",
      fields: [
        { name: "source_ton", as: "choice", values: numberTypes, initial: "auto", codes: true },
        { name: "source_npi", as: "choice", values: numberPlans, initial: "auto", codes: true },
        { name: "destination_ton", as: "choice", values: numberTypes, initial: "auto", codes: true },
        { name: "destination_npi", as: "choice", values: numberPlans, initial: "auto", codes: true },
      ],
    },
    {
      name: "receipts",
      fields: [
        { name: "receipts", as: "choice", values: ["all", "none"], initial: "all" },
        {
          name: "receipt_ids",
          as: "choice",
          values: ["same", "decimal_to_hex", "hex_to_decimal"],
          initial: "same",
        },
        { name: "reference_tlv", as: "tag", least: 0x1400, most: 0x3fff, wide: true },
      ],
    },
  ],
};
