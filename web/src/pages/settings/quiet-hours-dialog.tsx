import { useTranslations } from "use-intl";
import type { QuietHoursRule } from "../../../../contract/quiet-hours.ts";
import { defaultOf, isLikeDefault } from "../../../../rules/quiet-hours-defaults.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useWorkspace } from "../../lib/session.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { toast } from "../../ui/toast.tsx";
import { usePlaceName, usePlaces } from "./quiet-hours-places.ts";

/** A rule that lets all texts leave: where there is no default, the same as none. */
const open = { from: "00:00", to: "24:00", sundays: true, holidays: true, source: null, source_date: null };

type Typed = Omit<QuietHoursRule, "source" | "source_date"> & { source: string; source_date: string };

/** The typed rule. A source that is left as it was does not speak for other hours. */
function ruleOf({ source, source_date, ...hours }: Typed, before: QuietHoursRule | null): QuietHoursRule {
  const changed = before && (["from", "to", "sundays", "holidays"] as const).some((key) => hours[key] !== before[key]);
  if (changed && source === (before.source ?? "")) return { ...hours, source: null, source_date: null };
  return { ...hours, source: source.trim() || null, source_date: source_date || null };
}

/** Changes the hours of a place and class, or adds a rule. */
export function QuietHoursDialog({ rule, onClose }: { rule: QuietHoursRule | null; onClose: () => void }) {
  const t = useTranslations("hours");
  const ui = useTranslations("ui");
  const nameOf = usePlaceName();
  const places = usePlaces();
  const workspace = useWorkspace();
  const explain = useExplain();
  const save = useCall("quietHours", "update");
  const done = () => {
    toast(t("saved"));
    onClose();
  };
  const form = useForm({
    initial: {
      country: rule?.country ?? workspace.country,
      class: rule?.class ?? ("marketing" as const),
      from: rule?.from ?? "09:00",
      // A time field has no 24:00; midnight at the end is the same as midnight at the beginning.
      to: rule?.to.replace("24:00", "00:00") ?? "20:00",
      sundays: rule?.sundays ?? false,
      holidays: rule?.holidays ?? false,
      source: rule?.source ?? "",
      source_date: rule?.source_date ?? "",
    },
    check: ({ from, to }) => ({
      ...(from === "" && { from: t("timeMissing") }),
      ...(to === "" && { to: t("timeMissing") }),
    }),
    submit: (typed) => save.mutateAsync({ body: { rules: [ruleOf(typed, rule)] } }),
    onSuccess: done,
    explain,
  });
  const reset = useCall("quietHours", "update", { onSuccess: done, onError: (error) => toast(explain(error), "bad") });
  const usual = rule && defaultOf(rule);
  return (
    <Dialog
      open
      onOpenChange={(stays) => {
        if (!stays) onClose();
      }}
      title={rule ? t("editRule", { place: nameOf(rule.country) }) : t("newRule")}
    >
      <FormShell form={form} submitLabel={ui("save")} guard={false}>
        {rule ? null : (
          <>
            <SelectField label={t("country")} options={places} {...form.field("country")} />
            <SelectField
              label={t("forWhat")}
              options={(["marketing", "transactional"] as const).map((value) => ({
                value,
                label: t(`classes.${value}`),
              }))}
              {...form.field("class")}
            />
          </>
        )}
        <div className="grid grid-cols-2 gap-4">
          <TextField label={t("from")} type="time" {...form.field("from")} />
          <TextField label={t("to")} type="time" {...form.field("to")} />
        </div>
        <p className="-mt-2 text-sm text-faint">{t("toHint")}</p>
        <Checkbox label={t("sundaysToo")} checked={form.values.sundays} onChange={(sundays) => form.set({ sundays })} />
        <Checkbox
          label={t("holidaysToo")}
          hint={t("holidaysHint")}
          checked={form.values.holidays}
          onChange={(holidays) => form.set({ holidays })}
        />
        <TextField label={t("source")} optional maxLength={500} {...form.field("source")} />
        <TextField label={t("sourceDate")} optional type="date" {...form.field("source_date")} />
        {rule && !isLikeDefault(rule) ? (
          <Button
            kind="quiet"
            className="self-start"
            busy={reset.isPending}
            onClick={() =>
              reset.mutate({ body: { rules: [usual ?? { ...open, country: rule.country, class: rule.class }] } })
            }
          >
            {usual ? t("useDefault") : t("removeRule")}
          </Button>
        ) : null}
      </FormShell>
    </Dialog>
  );
}
