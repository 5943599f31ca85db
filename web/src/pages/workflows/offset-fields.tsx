import { useTranslations } from "use-intl";
import type { When } from "../../../../contract/workflows.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { DurationField } from "./duration-field.tsx";
import { useOffsetExample } from "./offset-example.ts";
import { offsetOf, withOffset } from "./triggers.ts";

const usualTime = "18:00";

/** How long before the start, or after the end, with an example of what that means. */
export function OffsetFields({
  when,
  onChange,
  error,
}: {
  when: When;
  onChange: (when: When) => void;
  error: string | null;
}) {
  const t = useTranslations("workflows.when");
  const offset = offsetOf(when);
  const example = useOffsetExample(when);
  const isBefore = when.trigger === "after_end" && (offset?.amount ?? 0) < 0;
  const set = (amount: number, unit: "minutes" | "hours" | "days", before: boolean) =>
    onChange(withOffset(when, { amount: before ? -amount : amount, unit }));
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <DurationField
          label={t(when.trigger === "before_start" ? "howLongBefore" : "howLong")}
          value={offset && { ...offset, amount: Math.abs(offset.amount) }}
          onChange={(value) => (value ? set(value.amount, value.unit, isBefore) : onChange(withOffset(when, null)))}
          error={error}
        />
        {when.trigger === "after_end" ? (
          <SelectField
            label={t("side")}
            value={isBefore ? "before" : "after"}
            onChange={(side) => offset && set(Math.abs(offset.amount), offset.unit, side === "before")}
            options={[
              { value: "after", label: t("afterEnd") },
              { value: "before", label: t("beforeEnd") },
            ]}
          />
        ) : null}
      </div>
      {offset?.unit === "days" ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <Checkbox
            label={t("atTime")}
            checked={when.at !== undefined}
            onChange={(on) => onChange({ ...when, at: on ? usualTime : undefined })}
          />
          {when.at === undefined ? null : (
            <TextField
              label={t("time")}
              labelHidden
              type="time"
              value={when.at}
              onChange={(at) => at !== "" && onChange({ ...when, at })}
            />
          )}
        </div>
      ) : null}
      {example ? <p className="max-w-prose text-sm text-soft">{example}</p> : null}
    </div>
  );
}
