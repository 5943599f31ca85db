import { expect, test } from "vitest";
import {
  type Carrier,
  NewSmppSettings,
  SmppSecrets,
  SmppSettings,
  TwilioSecrets,
  TwilioSettings,
} from "../../../../contract/carriers.ts";
import { carriers } from "../../locales/en/carriers.ts";
import { carrierFields, inputOf, isUnusual, valuesOf } from "./carrier-values.ts";
import { everyField, faultOf } from "./field-spec.ts";
import { addressFault } from "./webhook-urls.tsx";

const sid = (prefix: string) => `${prefix}0123456789abcdef0123456789abcdef`;
const needed = {
  smpp: { host: "smsc.example", system_id: "salong" },
  twilio: { account_sid: sid("AC") },
};
const schemas = {
  smpp: { settings: SmppSettings, secrets: SmppSecrets },
  twilio: { settings: TwilioSettings, secrets: TwilioSecrets },
};

/** A connection with these settings and the contract's defaults, as the server returns it. */
function carrierOf(kind: "smpp" | "twilio", settings: object): Carrier {
  const common = { id: "1", name: "Link", enabled: true, is_default: true, senders: [], webhooks: null };
  return { ...common, kind, settings: schemas[kind].settings.parse(settings) } as unknown as Carrier;
}

test.each(["smpp", "twilio"] as const)("the form of %s has every setting and secret of the contract", (kind) => {
  const { rates, ...settings } = schemas[kind].settings.shape;
  const names = [
    ...Object.keys(settings),
    ...Object.keys(rates.unwrap().shape),
    ...Object.keys(schemas[kind].secrets.shape),
  ];
  expect(
    everyField(carrierFields[kind])
      .map((spec) => spec.name)
      .sort(),
  ).toEqual(names.sort());
});

test.each(["smpp", "twilio"] as const)("a new form of %s sends the contract's defaults", (kind) => {
  const typed = { ...valuesOf(kind, null), ...needed[kind], password: "hemmelig", auth_token: "hemmelig" };
  const { settings, secrets } = inputOf(kind, typed);
  const added = { smpp: NewSmppSettings, twilio: TwilioSettings }[kind];
  expect(settings).toEqual(added.parse(needed[kind]));
  expect(schemas[kind].secrets.safeParse(secrets).success).toBe(true);
  expect(isUnusual(kind, typed)).toBe(false);
});

test("a new SMPP connection is encrypted, and an existing one keeps its setting", () => {
  expect(valuesOf("smpp", null).tls).toBe("on");
  for (const tls of ["off", "on", "unverified"])
    expect(inputOf("smpp", valuesOf("smpp", carrierOf("smpp", { ...needed.smpp, tls }))).settings).toMatchObject({
      tls,
    });
});

test("stored settings are sent back unchanged, and stored secrets are left out", () => {
  const carrier = carrierOf("smpp", {
    ...needed.smpp,
    port: 3550,
    tls: "on",
    source_ton: 5,
    destination_npi: 1,
    reference_tlv: 0x1401,
    rates: { long_number: 12, short_code: null, alphanumeric: null },
  });
  const values = valuesOf("smpp", carrier);
  expect(values).toMatchObject({ reference_tlv: "0x1401", source_ton: "5", long_number: "12", password: "" });
  expect(inputOf("smpp", values)).toEqual({ settings: carrier.settings, secrets: {} });
  expect(isUnusual("smpp", values)).toBe(true);
});

test("removing an API key removes its secret too", () => {
  const carrier = carrierOf("twilio", { ...needed.twilio, api_key_sid: sid("SK") });
  expect(inputOf("twilio", valuesOf("twilio", carrier)).secrets).toEqual({});
  const { settings, secrets } = inputOf("twilio", { ...valuesOf("twilio", carrier), api_key_sid: " " });
  expect([settings, secrets]).toMatchObject([{ api_key_sid: null }, { api_key_secret: null }]);
});

test.each([
  ["port", "0", "number"],
  ["port", "65536", "number"],
  ["port", "2775.5", "number"],
  ["port", " 2775 ", null],
  ["reference_tlv", "0x1400", null],
  ["reference_tlv", "5121", null],
  ["reference_tlv", "0x4000", "tag"],
  ["reference_tlv", "1401x", "tag"],
  ["long_number", "", null],
])("%s typed as %j: %s", (name, typed, fault) => {
  const spec = everyField(carrierFields.smpp).find((each) => each.name === name);
  expect(spec && faultOf(spec, typed)).toBe(fault);
});

test("every choice and every pattern has its texts", () => {
  const options: Record<string, Record<string, string>> = carriers.options;
  for (const spec of [...everyField(carrierFields.smpp), ...everyField(carrierFields.twilio)]) {
    if (spec.as === "text" && spec.pattern) expect(carriers.wrong).toHaveProperty(spec.name);
    if (spec.as !== "choice") continue;
    const group = /_(ton|npi)$/.exec(spec.name)?.[1] ?? spec.name;
    expect(Object.keys(options[group] ?? {})).toEqual(expect.arrayContaining([...spec.values]));
  }
});

test.each([
  ["http://localhost:3000/x", "private"],
  ["http://127.0.0.1:3000/x", "private"],
  ["https://192.168.1.4/x", "private"],
  ["https://172.20.0.1/x", "private"],
  ["https://[::1]/x", "private"],
  ["https://varsla/x", "private"],
  ["http://sms.salong.no/x", "plain"],
  ["https://172.32.0.1/x", null],
  ["https://sms.salong.no/x", null],
])("webhooks at %s: %s", (url, fault) => {
  expect(addressFault(url)).toBe(fault);
});
