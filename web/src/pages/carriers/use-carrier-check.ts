import { useTranslations } from "use-intl";
import type { Carrier, CarrierKind } from "../../../../contract/carriers.ts";
import { type CarrierValues, carrierFields, secretsToEnter } from "./carrier-values.ts";
import { everyField, type FieldSpec, faultOf } from "./field-spec.ts";

/** Reports in the reader's language what the server would refuse. */
export function useCarrierCheck(kind: CarrierKind, carrier: Carrier | null): (values: CarrierValues) => CarrierValues {
  const t = useTranslations("carriers");
  const wrong = (spec: FieldSpec, typed: string): string | null => {
    const fault = faultOf(spec, typed);
    if (fault === "pattern") return t(`wrong.${spec.name}` as "wrong.account_sid");
    if (fault === "number" && spec.as === "number") return t("wrong.number", { least: spec.least, most: spec.most });
    return fault === "tag" ? t("wrong.tag") : null;
  };
  return (values) => {
    const errors: CarrierValues = {};
    for (const spec of everyField(carrierFields[kind])) {
      const message = wrong(spec, values[spec.name] ?? "");
      if (message) errors[spec.name] = message;
    }
    for (const secret of secretsToEnter(kind, carrier, values)) if (!values[secret]) errors[secret] = t("secretAgain");
    const hadKey = carrier?.kind === "twilio" && carrier.settings.api_key_sid !== null;
    if (values.api_key_sid?.trim() && !values.api_key_secret && !hadKey) errors.api_key_secret = t("keySecretMissing");
    if (values.api_key_secret && !values.api_key_sid?.trim()) errors.api_key_sid = t("keySidMissing");
    return errors;
  };
}
