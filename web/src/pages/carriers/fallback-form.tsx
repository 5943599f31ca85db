import { Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Carrier, CarrierRoute } from "../../../../contract/carriers.ts";
import { useCall } from "../../api/queries.ts";
import { countryOptions } from "../../lib/countries.ts";
import { useExplain } from "../../lib/explain.ts";
import { IconButton } from "../../ui/button.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { toast } from "../../ui/toast.tsx";
import { AddChoice } from "./add-choice.tsx";
import { FallbackOrder } from "./fallback-order.tsx";

const everywhere = "*";

/** The table of countries, each with its fallback carriers. Nothing is saved before Save is pressed. */
export function FallbackForm({ carriers, routes }: { carriers: readonly Carrier[]; routes: readonly CarrierRoute[] }) {
  const t = useTranslations("carriers");
  const ui = useTranslations("ui");
  const locale = useLocale();
  const countries = useMemo(() => countryOptions(locale), [locale]);
  const save = useCall("carriers", "setRoutes");
  const [said, setSaid] = useState("");
  const form = useForm({
    initial: { routes: withRest(routes) },
    submit: (values) =>
      save.mutateAsync({ body: { items: values.routes.filter((route) => route.carriers.length > 0) } }),
    onSuccess: ({ items }) => {
      form.reset({ routes: withRest(items) });
      toast(ui("saved"));
    },
    explain: useExplain(),
  });
  const change = (country: string, order: string[]) =>
    form.set({
      routes: form.values.routes.map((route) => (route.country === country ? { country, carriers: order } : route)),
    });
  const nameOf = (country: string) =>
    country === everywhere
      ? t(form.values.routes.length > 1 ? "otherCountries" : "allCountries")
      : (countries.find(({ value }) => value === country)?.label ?? country);
  const free = countries.filter(({ value }) => !form.values.routes.some((route) => route.country === value));
  return (
    <FormShell form={form} submitLabel={t("saveFallback")} submitDisabled={!form.dirty}>
      <ul className="-mx-4 border-b border-line">
        {form.values.routes.map((route) => {
          const name = nameOf(route.country);
          return (
            <li
              key={route.country}
              className="grid gap-x-4 gap-y-2 border-t border-line px-4 py-3 sm:grid-cols-[11rem_minmax(0,1fr)]"
            >
              <div className="flex items-start justify-between gap-2 sm:justify-start">
                <h3 className="py-1 font-medium">{name}</h3>
                {route.country === everywhere ? null : (
                  <IconButton
                    size="small"
                    label={t("takeCountryOut", { country: name })}
                    onClick={() =>
                      form.set({ routes: form.values.routes.filter(({ country }) => country !== route.country) })
                    }
                  >
                    <Trash2 aria-hidden />
                  </IconButton>
                )}
              </div>
              <FallbackOrder
                country={name}
                carriers={carriers}
                order={route.carriers}
                onChange={(order) => change(route.country, order)}
                onSay={setSaid}
              />
            </li>
          );
        })}
      </ul>
      <p role="status" className="sr-only">
        {said}
      </p>
      <AddChoice
        label={t("addCountry")}
        labelled
        placeholder={t("chooseCountry")}
        options={free}
        onAdd={(country) => {
          const last = form.values.routes.length - 1;
          form.set({ routes: form.values.routes.toSpliced(last, 0, { country, carriers: [] }) });
        }}
      />
    </FormShell>
  );
}

/** All other countries come last and are always listed, so that the row is known to exist. */
function withRest(routes: readonly CarrierRoute[]): CarrierRoute[] {
  const rest = routes.find(({ country }) => country === everywhere) ?? { country: everywhere, carriers: [] };
  return [...routes.filter(({ country }) => country !== everywhere), rest];
}
