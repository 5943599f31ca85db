import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Carrier, CarrierKind } from "../../../../contract/carriers.ts";
import type { CallRequest } from "../../api/client.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Disclosure } from "../../ui/disclosure.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { CarrierField } from "./carrier-field.tsx";
import { type CarrierValues, carrierFields, inputOf, isUnusual, secretsToEnter, valuesOf } from "./carrier-values.ts";
import { everyField, type FieldSpec } from "./field-spec.ts";
import { useCarrierCheck } from "./use-carrier-check.ts";

/** Adds a connection of a kind, or changes one. */
export function CarrierForm({
  kind,
  carrier,
  onSaved,
  guard = true,
}: {
  kind: CarrierKind;
  carrier: Carrier | null;
  onSaved: (carrier: Carrier) => void;
  /** Asks before leaving with unsaved changes; off while another form is shown. */
  guard?: boolean;
}) {
  const t = useTranslations("carriers");
  const create = useCall("carriers", "create");
  const update = useCall("carriers", "update");
  const check = useCarrierCheck(kind, carrier);
  const fields = carrierFields[kind];
  const form = useForm<CarrierValues, Carrier>({
    initial: valuesOf(kind, carrier),
    required: [
      ...(carrier ? ["name"] : []),
      // A stored secret need not be typed again.
      ...everyField(fields).flatMap((spec) => (spec.required && !(carrier && spec.as === "secret") ? [spec.name] : [])),
    ],
    check,
    submit: (values) => {
      const input = inputOf(kind, values);
      const name = (values.name ?? "").trim();
      if (carrier) {
        const body = { name, ...input } as CallRequest<"carriers", "update">["body"];
        return update.mutateAsync({ params: { id: carrier.id }, body });
      }
      // A test compares the configuration of the fields with the contract.
      const body = { kind, name: name || undefined, ...input } as CallRequest<"carriers", "create">["body"];
      return create.mutateAsync({ body });
    },
    onSuccess: (saved) => {
      form.reset(valuesOf(kind, saved));
      onSaved(saved);
    },
    explain: useExplain(),
  });
  const [opened, setOpened] = useState(() => carrier !== null && isUnusual(kind, form.values));
  const wrongInside = fields.more.some((group) => group.fields.some((spec) => form.errors[spec.name] !== undefined));
  const again = secretsToEnter(kind, carrier, form.values);
  const stored = (spec: FieldSpec) =>
    carrier !== null &&
    (spec.required === true || (carrier.kind === "twilio" && carrier.settings.api_key_sid !== null));
  const row = (spec: FieldSpec) => (
    <div key={spec.name} className={spec.wide ? "sm:col-span-2" : undefined}>
      <CarrierField
        spec={spec}
        stored={stored(spec)}
        again={stored(spec) && again.includes(spec.name)}
        {...form.field(spec.name)}
      />
    </div>
  );
  return (
    <FormShell form={form} submitLabel={carrier ? t("save") : t("add")} guard={guard}>
      <TextField
        label={t("name")}
        hint={t("nameHint")}
        optional={!carrier}
        maxLength={60}
        placeholder={t(`kinds.${kind}`)}
        {...form.field("name")}
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">{fields.main.map(row)}</div>
      <Disclosure
        label={t("moreSettings")}
        hint={t("moreSettingsText")}
        open={opened || wrongInside}
        onOpenChange={setOpened}
      >
        {fields.more.map((group) => {
          const key = `groupHints.${group.name}` as "groupHints.rates";
          return (
            <fieldset key={group.name}>
              <legend className="font-semibold">{t(`groups.${group.name}`)}</legend>
              {t.has(key) ? <p className="text-sm text-soft">{t(key)}</p> : null}
              <div className="mt-2 grid items-start gap-4 sm:grid-cols-2">{group.fields.map(row)}</div>
            </fieldset>
          );
        })}
      </Disclosure>
    </FormShell>
  );
}
