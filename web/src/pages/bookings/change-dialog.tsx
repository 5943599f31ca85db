import { useState } from "react";
import { useTranslations } from "use-intl";
import type { BookingWithHistory } from "../../../../contract/bookings.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import type { BookingBody } from "./booking-values.ts";
import { TellField, useWouldTell } from "./would-tell.tsx";

/** Changes one thing of a booking, after showing who would be told. */
export function ChangeDialog({
  booking,
  change,
  title,
  onClose,
}: {
  booking: BookingWithHistory;
  change: Partial<BookingBody>;
  /** The action, which is also what the button says. */
  title: string;
  onClose: () => void;
}) {
  const t = useTranslations("bookings");
  const explain = useExplain();
  const update = useCall("bookings", "update");
  const [notify, setNotify] = useState(true);
  const wouldTell = useWouldTell({ id: booking.id, change });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      confirm={title}
      kind="primary"
      explain={explain}
      onConfirm={async () => {
        await update.mutateAsync({ params: { id: booking.id }, body: { ...change, notify, changed_by: "employee" } });
        toast(t("saved"));
      }}
    >
      <TellField told={wouldTell.data} failed={wouldTell.failed} notify={notify} onNotify={setNotify} />
    </ConfirmDialog>
  );
}
