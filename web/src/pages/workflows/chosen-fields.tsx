import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { MultiPicker, type PickerOption } from "../../ui/picker.tsx";

/** Several of a few known values; none chosen means every one. */
export function ChosenField({
  label,
  hint,
  placeholder,
  options,
  value = [],
  onChange,
  error,
}: {
  label: string;
  hint?: string;
  placeholder: string;
  /** Undefined until they are loaded. */
  options: readonly PickerOption[] | undefined;
  value: readonly string[] | undefined;
  onChange: (value: string[] | undefined) => void;
  error: string | null;
}) {
  const [search, setSearch] = useState("");
  const wanted = search.toLocaleLowerCase();
  const matching = useMemo(
    () => options?.filter((option) => option.label.toLocaleLowerCase().includes(wanted)),
    [options, wanted],
  );
  return (
    <MultiPicker
      label={label}
      hint={hint}
      placeholder={placeholder}
      options={matching}
      onSearch={setSearch}
      value={value.map((one) => options?.find((option) => option.value === one) ?? { value: one, label: one })}
      onChange={(chosen) => onChange(chosen.length > 0 ? chosen.map((option) => option.value) : undefined)}
      error={error}
    />
  );
}

/** Services, locations or resources. Archived ones are offered no more, but stay where they are chosen. */
export function ChosenPlaces({
  kind,
  value,
  ...field
}: {
  kind: "services" | "locations" | "resources";
  value: readonly string[] | undefined;
  onChange: (value: string[] | undefined) => void;
  error: string | null;
}) {
  const t = useTranslations("workflows.when");
  const { data } = useQuery(query(kind, "list", { query: { limit: 200, archived: "true" } }));
  const options = useMemo(
    () =>
      (data?.items as { id: string; name: string; archived_at: string | null }[] | undefined)
        ?.filter(({ id, archived_at }) => archived_at === null || value?.includes(id))
        .map(({ id, name, archived_at }) => ({
          value: id,
          label: name,
          aside: archived_at === null ? undefined : t("archived"),
        })),
    [data, value, t],
  );
  return <ChosenField label={t(kind)} placeholder={t(`all.${kind}`)} options={options} value={value} {...field} />;
}
