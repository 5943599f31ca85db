import { CalendarPlus, FileText } from "lucide-react";
import { useTranslations } from "use-intl";
import { Notice } from "../../ui/notice.tsx";
import { BookingPicker } from "./booking-picker.tsx";
import { PreviewSource } from "./preview-source.tsx";
import type { Preview } from "./use-preview.ts";

/** The mail beside its text, as it would be sent about a booking. */
export function EmailPreview({ preview, action }: { preview: Preview; action: { pdf?: boolean; ics?: boolean } }) {
  const t = useTranslations("workflows");
  const { data, failure } = preview;
  const shown = data?.shown;
  return (
    <div className="flex flex-col gap-4">
      <BookingPicker value={preview.booking} onChange={preview.setBooking} />
      {failure ? <Notice tone="warn">{failure}</Notice> : null}
      <section aria-label={t("preview.mail")} className="rounded-lg border border-line bg-surface shadow-low">
        <div className="border-b border-line px-4 py-3">
          <p className="font-semibold break-words">{shown?.subject || t("preview.noSubject")}</p>
          {shown?.to ? <p className="text-sm break-words text-faint">{shown.to}</p> : null}
        </div>
        <p className="min-h-32 px-4 py-3 break-words whitespace-pre-wrap">{shown?.text || t("preview.emptyMail")}</p>
        {action.ics || action.pdf ? (
          <ul className="flex flex-wrap gap-2 border-t border-line px-4 py-3 text-sm text-soft [&_svg]:size-4">
            {action.ics ? (
              <li className="flex items-center gap-1.5">
                <CalendarPlus aria-hidden /> {t("preview.ics")}
              </li>
            ) : null}
            {action.pdf ? (
              <li className="flex items-center gap-1.5">
                <FileText aria-hidden /> {t("preview.pdf")}
              </li>
            ) : null}
          </ul>
        ) : null}
      </section>
      {shown ? <PreviewSource preview={preview} /> : null}
    </div>
  );
}
