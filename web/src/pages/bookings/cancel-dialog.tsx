import { useTranslations } from "use-intl";
import type { BookingWithHistory } from "../../../../contract/bookings.ts";
import { useCall } from "../../api/queries.ts";
import { BookingTime } from "../../components/bookings/booking-time.tsx";
import { personName } from "../../components/bookings/person-name.ts";
import { useExplain } from "../../lib/explain.ts";
import { useWorkspace } from "../../lib/session.ts";
import { Button } from "../../ui/button.tsx";
import { RadioGroup } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { toast } from "../../ui/toast.tsx";
import { TellField, useWouldTell } from "./would-tell.tsx";

interface Values {
  by: "employee" | "customer";
  reason: string;
  notify: boolean;
}

/** Cancels a booking: who wants it, why, and whether people are told. */
export function CancelDialog({ booking, onClose }: { booking: BookingWithHistory; onClose: () => void }) {
  const t = useTranslations("bookings");
  const explain = useExplain();
  const { country } = useWorkspace();
  const cancel = useCall("bookings", "cancel");
  const wouldTell = useWouldTell({ id: booking.id, cancel: true });
  const form = useForm<Values, unknown>({
    initial: { by: "employee", reason: "", notify: true },
    submit: ({ by, reason, notify }) =>
      cancel.mutateAsync({ params: { id: booking.id }, body: { by, reason: reason.trim() || null, notify } }),
    onSuccess: () => {
      toast(t("cancelledToast", { reference: booking.reference }));
      onClose();
    },
    explain,
  });
  const { values } = form;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("cancelTitle", { name: personName(booking.customer, country) ?? booking.reference })}
      description={<BookingTime booking={booking} />}
      footer={
        <>
          <Button onClick={onClose}>{t("keep")}</Button>
          <Button kind="danger" busy={form.busy} onClick={() => void form.submit()}>
            {t("cancel")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {form.error ? <Notice tone="bad">{form.error}</Notice> : null}
        <RadioGroup
          label={t("cancelBy")}
          value={values.by}
          onChange={(by) => form.set({ by })}
          options={[
            { value: "employee", label: t("byEmployee") },
            { value: "customer", label: t("byCustomer") },
          ]}
        />
        <TextField label={t("reason")} hint={t("reasonHint")} optional {...form.field("reason")} />
        <TellField
          told={wouldTell.data}
          failed={wouldTell.failed}
          notify={values.notify}
          onNotify={(notify) => form.set({ notify })}
        />
      </div>
    </Dialog>
  );
}
