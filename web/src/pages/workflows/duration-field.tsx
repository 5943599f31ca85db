import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Field, Input, Select } from "../../ui/field.tsx";
import { type Duration, readAmount, type Unit, units } from "./durations.ts";

/** A figure and its unit side by side. What is no figure is reported as null and stays typed. */
export function DurationField({
  label,
  hint,
  error,
  optional,
  value,
  onChange,
}: {
  label: string;
  hint?: string;
  error?: string | null;
  optional?: boolean;
  value: Duration | null;
  onChange: (value: Duration | null) => void;
}) {
  const t = useTranslations("workflows.duration");
  const id = useId();
  const [text, setText] = useState(value === null ? "" : String(value.amount));
  const [unit, setUnit] = useState<Unit>(value?.unit ?? "hours");
  const change = (typed: string, of: Unit) => {
    setText(typed);
    setUnit(of);
    const amount = readAmount(typed);
    onChange(amount === undefined ? null : { amount, unit: of });
  };
  const wrong = text.trim() !== "" && readAmount(text) === undefined ? t("wrong") : null;
  return (
    <Field label={label} hint={hint} error={wrong ?? error} optional={optional}>
      {(wiring) => (
        <div className="flex gap-2">
          <Input
            {...wiring}
            className="figures w-24"
            inputMode="numeric"
            maxLength={6}
            value={text}
            onChange={(typed) => change(typed, unit)}
          />
          <Select
            id={`${id}-unit`}
            aria-label={t("unit", { label })}
            className="w-32"
            value={unit}
            onChange={(of) => change(text, of)}
            options={units.map((one) => ({ value: one, label: t(one) }))}
          />
        </div>
      )}
    </Field>
  );
}
