/** What a column of a file can become of a booking. */
import { useTranslations } from "use-intl";
import type { BookingImportField } from "../../../../contract/booking-imports.ts";

/** In the order in which they are offered. */
const fields = [
  "full_name",
  "first_name",
  "last_name",
  "mobile",
  "phone",
  "email",
  "locale",
  "date",
  "time",
  "start",
  "end",
  "duration",
  "service",
  "location",
  "resources",
  "status",
  "payment",
  "notes",
  "external_id",
] as const satisfies readonly BookingImportField[];

/** All fields, and what a column became by the server's own guess. */
export function useBookingFields() {
  const t = useTranslations("bookings.importing");
  const options = fields.map((value) => ({ value: value as string, label: t(`fields.${value}`) }));
  return (_column: number, field: string) =>
    field === "ignore" || options.some(({ value }) => value === field)
      ? options
      : [{ value: field, label: field }, ...options];
}
