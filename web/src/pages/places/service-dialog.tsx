import { useTranslations } from "use-intl";
import type { Service } from "../../../../contract/booking-places.ts";
import { currencyOf } from "../../../../rules/country-currency.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useWorkspace } from "../../lib/session.ts";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.tsx";
import { PlaceDialog, usePlaceSaved } from "./place-dialog.tsx";
import { readPrice, readWhole } from "./read-typed.ts";

const readDuration = (typed: string) => readWhole(typed, 1, 20_160);

/** Adds a service, or changes one. */
export function ServiceDialog({ service, onClose }: { service: Service | null; onClose: () => void }) {
  const t = useTranslations("places");
  const { country } = useWorkspace();
  const create = useCall("services", "create");
  const update = useCall("services", "update");
  const form = useForm({
    initial: {
      name: service?.name ?? "",
      duration_minutes: service?.duration_minutes?.toString() ?? "",
      price: service?.price?.toString() ?? "",
      currency: service?.currency ?? currencyOf(country) ?? "",
    },
    required: ["name"],
    check: ({ duration_minutes, price, currency }) => ({
      ...(readDuration(duration_minutes) === undefined && { duration_minutes: t("durationWrong") }),
      ...(readPrice(price) === undefined && { price: t("priceWrong") }),
      ...(readPrice(price) !== null && !/^[a-z]{3}$/i.test(currency.trim()) && { currency: t("currencyWrong") }),
    }),
    submit: (typed) => {
      const price = readPrice(typed.price) ?? null;
      const body = {
        name: typed.name,
        duration_minutes: readDuration(typed.duration_minutes) ?? null,
        price,
        currency: price === null ? null : typed.currency.trim().toUpperCase(),
      };
      return service ? update.mutateAsync({ params: { id: service.id }, body }) : create.mutateAsync({ body });
    },
    onSuccess: usePlaceSaved(onClose),
    explain: useExplain(),
  });
  return (
    <PlaceDialog kind="service" name={service?.name} form={form} onClose={onClose}>
      <TextField label={t("name")} maxLength={100} {...form.field("name")} />
      <TextField
        label={t("durationMinutes")}
        hint={t("durationHint")}
        inputMode="numeric"
        maxLength={5}
        optional
        {...form.field("duration_minutes")}
      />
      <div className="grid grid-cols-2 gap-4">
        <TextField
          label={t("price")}
          hint={t("priceHint")}
          inputMode="decimal"
          maxLength={12}
          optional
          {...form.field("price")}
        />
        <TextField label={t("currency")} hint={t("currencyHint")} maxLength={3} {...form.field("currency")} />
      </div>
    </PlaceDialog>
  );
}
