import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { BookableResource } from "../../../../contract/booking-places.ts";
import { query, useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { ConfirmDialog, Dialog } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";

const programs = ["google", "apple", "outlook"] as const;

/** The address that a resource's bookings have for calendars, how calendars subscribe to it, and another address in its place. */
export function CalendarDialog({
  resource: { id, name },
  onClose,
}: {
  resource: BookableResource;
  onClose: () => void;
}) {
  const t = useTranslations("places.calendar");
  const explain = useExplain();
  const link = useQuery(query("resources", "calendarLink", { params: { id } }));
  const renew = useCall("resources", "renewCalendarLink");
  const [renewing, setRenewing] = useState(false);
  // At once, before the address is fetched again: the one before leads nowhere.
  const url = renew.data?.url ?? link.data?.url;
  if (renewing)
    return (
      <ConfirmDialog
        open
        onOpenChange={(open) => !open && setRenewing(false)}
        title={t("renewTitle", { name })}
        confirm={t("renewNow")}
        explain={explain}
        onConfirm={async () => {
          await renew.mutateAsync({ params: { id } });
          toast(t("renewed"));
        }}
      >
        {t("renewText")}
      </ConfirmDialog>
    );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("title", { name })}
      description={t("text")}
      footer={<Button onClick={() => setRenewing(true)}>{t("renew")}</Button>}
    >
      <div className="flex flex-col gap-4">
        {link.error ? (
          <ErrorState message={explain(link.error)} onRetry={() => void link.refetch()} />
        ) : (
          <Field label={t("address")}>
            {(wiring) => (
              <div className="flex gap-2">
                <Input
                  {...wiring}
                  readOnly
                  value={url ?? ""}
                  onChange={() => {}}
                  className="min-w-0 flex-1 font-mono"
                />
                {url ? <CopyButton key={url} text={url} /> : null}
              </div>
            )}
          </Field>
        )}
        <dl className="flex flex-col gap-2">
          {programs.map((program) => (
            <div key={program}>
              <dt className="font-medium">{t(program)}</dt>
              <dd className="text-soft">{t(`${program}Text`)}</dd>
            </div>
          ))}
        </dl>
        <Notice tone="warn">{t("secret")}</Notice>
      </div>
    </Dialog>
  );
}
