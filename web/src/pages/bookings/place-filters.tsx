import { useTranslations } from "use-intl";
import { Select } from "../../ui/field.tsx";
import { useLocations, useResources, useServices } from "./places.ts";

const kinds = ["service", "location", "resource"] as const;
type Filters = Record<(typeof kinds)[number], string>;

/** Filters by service, location and resource. A kind that the workspace has none of, or only one, is left out. */
export function PlaceFilters({
  filters,
  onChange,
}: {
  filters: Filters;
  onChange: (changes: Partial<Filters>) => void;
}) {
  const t = useTranslations("bookings");
  const all = { service: useServices(), location: useLocations(), resource: useResources() };
  const any = { service: t("anyService"), location: t("anyLocation"), resource: t("anyResource") };
  return kinds
    .filter((kind) => all[kind].length > 1 || filters[kind])
    .map((kind) => (
      <Select
        key={kind}
        className="w-[calc(50%-0.25rem)] sm:w-40"
        aria-label={t(kind)}
        value={filters[kind]}
        onChange={(id) => onChange({ [kind]: id })}
        options={[{ value: "", label: any[kind] }, ...all[kind].map(({ id, name }) => ({ value: id, label: name }))]}
      />
    ));
}
