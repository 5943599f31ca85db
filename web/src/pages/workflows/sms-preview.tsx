import { useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { PhonePreview } from "../../components/composer/phone-preview.tsx";
import { useWorkspace } from "../../lib/session.ts";
import { Notice } from "../../ui/notice.tsx";
import { BookingPicker } from "./booking-picker.tsx";
import { PreviewSource } from "./preview-source.tsx";
import type { Preview } from "./use-preview.ts";

/** The phone beside a text, which shows it as it would be sent about a booking. */
export function SmsPreview({ preview, empty }: { preview: Preview; empty: boolean }) {
  const t = useTranslations("workflows");
  const { country } = useWorkspace();
  const { data, failure } = preview;
  const sender = data?.sender?.address;
  const text = empty ? "" : (data?.shown.text ?? "");
  return (
    <div className="flex flex-col gap-4">
      <BookingPicker value={preview.booking} onChange={preview.setBooking} />
      {failure ? <Notice tone="warn">{failure}</Notice> : null}
      <PhonePreview
        sender={sender ? formatPhoneNumber(sender, country) : t("sender")}
        empty={t("preview.empty")}
        bubbles={text === "" ? [] : [{ id: "text", direction: "in", content: text }]}
      />
      {text === "" ? null : <PreviewSource preview={preview} />}
    </div>
  );
}
