/** Converts between a connection as the contract has it and the values of its form. */
import type { Carrier, CarrierKind } from "../../../../contract/carriers.ts";
import { secretsAgain } from "../../../../rules/secrets-again.ts";
import { type CarrierFields, everyField, type FieldSpec, readNumber } from "./field-spec.ts";
import { smppFields } from "./smpp-fields.ts";
import { twilioFields } from "./twilio-fields.ts";

export const carrierFields: Record<CarrierKind, CarrierFields> = { smpp: smppFields, twilio: twilioFields };

/** The typed values by field; `name` is the connection's own. */
export type CarrierValues = Record<string, string>;

/** The form's initial values: the defaults, or the connection as it is. Secrets are never shown. */
export function valuesOf(kind: CarrierKind, carrier: Carrier | null): CarrierValues {
  const values: CarrierValues = { name: carrier?.name ?? "" };
  for (const spec of everyField(carrierFields[kind])) {
    values[spec.name] = carrier ? shown(spec, carrier.settings) : (spec.initial ?? "");
  }
  return values;
}

function shown(spec: FieldSpec, settings: object): string {
  if (spec.as === "secret") return "";
  const value = partOf(spec, settings)[spec.name] ?? null;
  if (value === null) return "";
  return spec.as === "tag" ? `0x${Number(value).toString(16)}` : String(value);
}

const partOf = (spec: FieldSpec, settings: object): Record<string, unknown> =>
  "inside" in spec && spec.inside
    ? ((settings as Record<string, Record<string, unknown>>)[spec.inside] ?? {})
    : (settings as Record<string, unknown>);

/** The request for the server. An empty secret is left out, so that the stored one stays. */
export function inputOf(kind: CarrierKind, values: CarrierValues): { settings: object; secrets: object } {
  const settings: Record<string, unknown> = {};
  const secrets: Record<string, unknown> = {};
  for (const spec of everyField(carrierFields[kind])) {
    const typed = values[spec.name] ?? "";
    if (spec.as === "secret") {
      if (typed !== "") secrets[spec.name] = typed;
    } else if ("inside" in spec && spec.inside) {
      const part = (settings[spec.inside] ??= {}) as Record<string, unknown>;
      part[spec.name] = read(spec, typed);
    } else settings[spec.name] = read(spec, typed);
  }
  // Removing a key removes its secret too.
  if (kind === "twilio" && settings.api_key_sid === null) secrets.api_key_secret = null;
  return { settings, secrets };
}

/** The secrets that must be typed again: after such a change the stored ones would be sent to another host or account. */
export function secretsToEnter(kind: CarrierKind, carrier: Carrier | null, values: CarrierValues): string[] {
  if (!carrier) return [];
  const after = inputOf(kind, values).settings as Record<string, unknown>;
  return secretsAgain(kind, carrier.settings, after).map(({ secret }) => secret);
}

function read(spec: FieldSpec, typed: string): unknown {
  const text = typed.trim();
  if (spec.as === "number") return text === "" && spec.nullable ? null : readNumber(text);
  if (spec.as === "tag") return text === "" ? null : readNumber(text, true);
  if (spec.as === "choice" && spec.codes) return text === "auto" ? text : Number(text);
  return spec.as === "text" && spec.nullable && text === "" ? null : text;
}

/** Whether anything under "More settings" differs from its initial value. */
export function isUnusual(kind: CarrierKind, values: CarrierValues): boolean {
  return carrierFields[kind].more.some((group) =>
    group.fields.some((spec) => spec.as !== "secret" && values[spec.name] !== (spec.initial ?? "")),
  );
}
