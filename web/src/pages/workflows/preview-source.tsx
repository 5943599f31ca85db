import { useFormatter, useTranslations } from "use-intl";
import type { Preview } from "./use-preview.ts";

/** Which booking a preview is filled with. */
export function PreviewSource({ preview: { data } }: { preview: Preview }) {
  const t = useTranslations("workflows.preview");
  const format = useFormatter();
  if (!data) return null;
  const { booking } = data;
  return (
    <p className="text-center text-sm text-faint">
      {booking
        ? t("filledWith", {
            reference: booking.reference,
            start: format.dateTime(new Date(booking.start), { dateStyle: "medium", timeStyle: "short" }),
          })
        : t("filledWithExample")}
    </p>
  );
}
