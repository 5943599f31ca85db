/** Choosing services, locations and resources; a name that there is none of yet is made with the booking. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { fold } from "../../../../rules/folding.ts";
import { query } from "../../api/queries.ts";
import { useDebounced } from "../../lib/debounced.ts";
import { MultiPicker, Picker, type PickerOption } from "../../ui/picker.tsx";
import { newNameOf, newPrefix } from "./booking-values.ts";

type Kind = "services" | "locations" | "resources";

/** An option with what the form takes from it. */
export interface PlaceOption extends PickerOption {
  /** How long a service takes. */
  minutes?: number | null;
  /** A location's zone. */
  zone?: string;
}

function useChoices(kind: Kind) {
  const t = useTranslations("bookings");
  const [typed, setTyped] = useState("");
  const wanted = useDebounced(typed, 150);
  const { data, isPlaceholderData } = useQuery({
    ...query(kind, "list", { query: { query: wanted || undefined, limit: 20 } }),
    placeholderData: keepPreviousData,
  });
  const options = data?.items.map((item): PlaceOption => {
    const minutes = "duration_minutes" in item ? (item.duration_minutes as number | null) : null;
    return {
      value: item.id,
      label: item.name,
      aside: minutes ? t("minutes", { minutes }) : undefined,
      minutes,
      zone: "time_zone" in item ? (item.time_zone as string) : undefined,
    };
  });
  const exists = options?.some(({ label }) => fold(label) === fold(typed));
  const offered =
    typed && options && !exists
      ? [...options, { value: `${newPrefix}${typed}`, label: t("make", { name: typed }) }]
      : options;
  return { offered, busy: isPlaceholderData || wanted !== typed, setTyped };
}

/** A new one is shown by its name alone once it is chosen. */
const chosen = (option: PlaceOption): PlaceOption => ({ ...option, label: newNameOf(option) ?? option.label });

interface FieldProps {
  kind: Kind;
  label: string;
  error: string | null;
  hint?: string | undefined;
  placeholder?: string;
}

/** One of them, or none. */
export function PlacePicker({
  kind,
  value,
  onChange,
  ...rest
}: FieldProps & { value: PickerOption | null; onChange: (option: PlaceOption | null) => void }) {
  const { offered, busy, setTyped } = useChoices(kind);
  return (
    <Picker
      {...rest}
      optional
      clearable
      options={offered}
      busy={busy}
      onSearch={setTyped}
      value={value}
      onChange={(option) => onChange(option && chosen(option))}
    />
  );
}

/** Any number of them. */
export function PlacesPicker({
  kind,
  value,
  onChange,
  ...rest
}: FieldProps & { value: readonly PickerOption[]; onChange: (options: PickerOption[]) => void }) {
  const { offered, busy, setTyped } = useChoices(kind);
  return (
    <MultiPicker
      {...rest}
      optional
      options={offered}
      busy={busy}
      onSearch={setTyped}
      value={value}
      onChange={(options) => onChange(options.map(chosen))}
    />
  );
}
