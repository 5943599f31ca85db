import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { useDebounced } from "../../lib/debounced.ts";
import { Picker, type PickerOption } from "../../ui/picker.tsx";

/** Chooses the booking that a text is shown by; none for the newest that fits. */
export function BookingPicker({
  value,
  onChange,
}: {
  value: PickerOption | null;
  onChange: (booking: PickerOption | null) => void;
}) {
  const t = useTranslations("workflows.preview");
  const format = useFormatter();
  const [search, setSearch] = useState("");
  const asked = useDebounced(search, 200);
  const found = useQuery({
    ...query("bookings", "list", { query: { query: asked || undefined, sort: "-created_at", limit: 20 } }),
    placeholderData: keepPreviousData,
  });
  const label = ({ reference, customer }: { reference: string; customer: { name: string | null } | null }) =>
    [reference, customer?.name].filter(Boolean).join(" · ");
  return (
    <Picker
      label={t("viewAs")}
      placeholder={t("newest")}
      clearable
      value={value}
      onChange={onChange}
      onSearch={setSearch}
      busy={asked !== search || found.isPlaceholderData}
      options={found.data?.items.map((booking) => ({
        value: booking.id,
        label: label(booking),
        aside: format.dateTime(new Date(booking.start), {
          timeZone: booking.time_zone,
          day: "numeric",
          month: "short",
          hour: "2-digit",
          minute: "2-digit",
        }),
      }))}
    />
  );
}
