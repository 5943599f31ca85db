import { useId } from "react";
import { useTranslations } from "use-intl";
import type { Trigger } from "../../../../contract/workflows.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { isAboutBooking } from "./triggers.ts";

interface People {
  customer?: boolean | undefined;
  resource?: boolean | undefined;
  old_resource?: boolean | undefined;
  new_resource?: boolean | undefined;
}

/** Whom a text or mail goes to, besides fixed numbers and addresses. */
export function RecipientFields({
  to,
  trigger,
  onChange,
  error,
}: {
  to: People;
  trigger: Trigger;
  onChange: (people: People) => void;
  error: string | null;
}) {
  const t = useTranslations("workflows.recipients");
  const id = useId();
  const offered = [
    "customer" as const,
    ...(isAboutBooking(trigger) ? ["resource" as const] : []),
    ...(trigger === "booking_changed" ? (["old_resource", "new_resource"] as const) : []),
  ];
  return (
    <fieldset aria-describedby={error ? id : undefined} className="flex flex-col gap-2">
      <legend className="mb-1.5 font-medium">{t("to")}</legend>
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        {offered.map((one) => (
          <Checkbox
            key={one}
            label={t(one)}
            checked={to[one] === true}
            onChange={(on) => onChange({ [one]: on || undefined })}
          />
        ))}
      </div>
      {error ? (
        <p id={id} className="text-sm text-bad-ink">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}
