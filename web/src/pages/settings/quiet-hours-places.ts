import { useMemo } from "react";
import { useLocale, useTranslations } from "use-intl";
import { namesOfStates } from "../../../../rules/area-codes.ts";
import { countryOptions } from "../../lib/countries.ts";
import type { Option } from "../../ui/field.tsx";

/** The name of a rule's place: a country, or a state of the United States. */
export function usePlaceName(): (place: string) => string {
  const t = useTranslations("hours");
  const locale = useLocale();
  return useMemo(() => {
    const names = new Intl.DisplayNames(locale, { type: "region" });
    return (place) => {
      const state = place.startsWith("US-") ? namesOfStates.get(place.slice(3)) : undefined;
      return state ? t("state", { state }) : (names.of(place) ?? place);
    };
  }, [t, locale]);
}

/** All places that can have a rule. */
export function usePlaces(): Option[] {
  const t = useTranslations("hours");
  const locale = useLocale();
  return useMemo(() => {
    const states = [...namesOfStates].map(([code, state]) => ({ value: `US-${code}`, label: t("state", { state }) }));
    return [...countryOptions(locale), ...states.toSorted((a, b) => a.label.localeCompare(b.label, locale))];
  }, [t, locale]);
}
