import { Plus, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { type BuiltInStatus, builtInStatuses } from "../../../../contract/booking-places.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useMay } from "../../lib/session.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";

interface OwnStatus {
  name: string;
  stands_for: BuiltInStatus;
}

/** The workspace's own names of statuses; they are saved together. */
export function OwnStatuses({ statuses }: { statuses: readonly OwnStatus[] }) {
  const t = useTranslations("places");
  const words = useTranslations("statuses.bookings");
  const ui = useTranslations("ui");
  const readOnly = !useMay()("bookings:write");
  const save = useCall("bookingStatuses", "replace");
  const form = useForm({
    initial: { items: [...statuses] },
    check: ({ items }) => (items.some(({ name }) => name.trim() === "") ? { items: t("nameMissing") } : {}),
    submit: (body) => save.mutateAsync({ body }),
    onSuccess: (saved) => {
      form.reset(saved);
      toast(t("statusesSaved"));
    },
    explain: useExplain(),
  });
  const { items } = form.values;
  const change = (index: number, changes: Partial<OwnStatus>) =>
    form.set({ items: items.map((item, i) => (i === index ? { ...item, ...changes } : item)) });
  const options = builtInStatuses.map((value) => ({ value, label: words(value) }));
  return (
    <Panel title={t("ownStatuses")} description={t("ownStatusesText")}>
      <FormShell form={form} submitLabel={ui("save")} readOnly={readOnly}>
        {items.length === 0 ? <p className="text-soft">{t("noOwnStatuses")}</p> : null}
        <ul className="flex flex-col gap-4 empty:hidden sm:gap-2">
          {items.map((item, index) => (
            // Names change while they are typed, so that only the place tells the rows apart.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index} className="flex flex-wrap items-center gap-2">
              <Input
                aria-label={t("ownName", { number: String(index + 1) })}
                aria-invalid={form.errors.items && item.name.trim() === "" ? true : undefined}
                className="min-w-0 flex-1 basis-full sm:basis-40"
                maxLength={40}
                value={item.name}
                onChange={(name) => change(index, { name })}
              />
              <span className="text-soft" aria-hidden>
                {t("standsFor")}
              </span>
              <Select
                aria-label={t("standsForOf", { name: item.name })}
                className="w-auto min-w-0 flex-1 basis-40"
                options={options}
                value={item.stands_for}
                onChange={(stands_for) => change(index, { stands_for })}
              />
              {readOnly ? null : (
                <IconButton
                  label={ui("remove", { name: item.name || t("ownName", { number: String(index + 1) }) })}
                  size="small"
                  onClick={() => form.set({ items: items.filter((_, i) => i !== index) })}
                >
                  <X aria-hidden />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
        {form.errors.items ? (
          <p role="alert" className="text-sm text-bad-ink">
            {form.errors.items}
          </p>
        ) : null}
        {readOnly || items.length >= 50 ? null : (
          <Button
            className="self-start"
            icon={<Plus aria-hidden />}
            onClick={() => form.set({ items: [...items, { name: "", stands_for: "confirmed" }] })}
          >
            {t("addStatus")}
          </Button>
        )}
      </FormShell>
    </Panel>
  );
}
