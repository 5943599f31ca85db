import { useState } from "react";
import { useTranslations } from "use-intl";
import { type Trigger, triggers, type When } from "../../../../contract/workflows.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { SelectField } from "../../ui/field.tsx";
import { ChosenField, ChosenPlaces } from "./chosen-fields.tsx";
import { DurationField } from "./duration-field.tsx";
import { inMinutes, readDuration } from "./durations.ts";
import { OffsetFields } from "./offset-fields.tsx";
import { textLanguages } from "./text-languages.ts";
import { hasChangedBy, hasStatuses, isAboutBooking, isTimed, withTrigger } from "./triggers.ts";
import { useLanguageName, useStatuses } from "./use-wording.ts";
import { errorAt, type FieldError } from "./workflow-draft.ts";

/** Edits when a workflow fires, and for which bookings. */
export function WhenFields({
  when,
  onChange,
  errors,
}: {
  when: When;
  onChange: (when: When) => void;
  errors: readonly FieldError[];
}) {
  const t = useTranslations("workflows.when");
  const trigger = useTranslations("workflows.triggers");
  const statuses = useStatuses();
  const languageName = useLanguageName();
  const [fine, setFine] = useState(when.lateness_minutes !== undefined);
  const set = (changes: Partial<When>) => onChange({ ...when, ...changes });
  const at = (field: string) => errorAt(errors, `when.${field}`);
  const anyStatus = { value: "", label: t("anyStatus") };
  return (
    <div className="flex flex-col gap-5">
      <div className="max-w-sm">
        <SelectField
          label={t("trigger")}
          value={when.trigger}
          onChange={(next: Trigger) => onChange(withTrigger(when, next))}
          options={triggers.map((value) => ({ value, label: trigger(value) }))}
          error={at("trigger")}
        />
      </div>
      {isTimed(when.trigger) ? (
        <OffsetFields
          key={when.trigger}
          when={when}
          onChange={onChange}
          error={at("offset") ?? at("minutes") ?? at("hours") ?? at("days") ?? at("at")}
        />
      ) : null}
      {when.trigger === "booking_status_changed" ? (
        <div className="grid max-w-xl gap-4 sm:grid-cols-2">
          <SelectField
            label={t("from")}
            value={when.from ?? ""}
            onChange={(from) => set({ from: from || undefined })}
            options={[anyStatus, ...statuses]}
            error={at("from")}
          />
          <SelectField
            label={t("to")}
            value={when.to ?? ""}
            onChange={(to) => set({ to: to || undefined })}
            options={[anyStatus, ...statuses]}
            error={at("to")}
          />
        </div>
      ) : null}
      {hasChangedBy(when.trigger) ? (
        <div className="max-w-sm">
          <SelectField
            label={t("changedBy")}
            value={when.changed_by ?? "any"}
            onChange={(by) => set({ changed_by: by === "any" ? undefined : by })}
            options={(["any", "customer", "employee"] as const).map((value) => ({ value, label: t(`by.${value}`) }))}
            error={at("changed_by")}
          />
        </div>
      ) : null}
      <div className="grid gap-x-8 gap-y-5 md:grid-cols-2">
        {isAboutBooking(when.trigger) ? (
          <>
            <ChosenPlaces
              kind="services"
              value={when.services}
              onChange={(services) => set({ services })}
              error={at("services")}
            />
            <ChosenPlaces
              kind="locations"
              value={when.locations}
              onChange={(locations) => set({ locations })}
              error={at("locations")}
            />
            <ChosenPlaces
              kind="resources"
              value={when.resources}
              onChange={(resources) => set({ resources })}
              error={at("resources")}
            />
          </>
        ) : null}
        {hasStatuses(when.trigger) ? (
          <ChosenField
            label={t("statuses")}
            placeholder={t("allStatuses")}
            options={statuses}
            value={when.statuses}
            onChange={(chosen) => set({ statuses: chosen })}
            error={at("statuses")}
          />
        ) : null}
        <ChosenField
          label={t("languages")}
          hint={t("languagesHint")}
          placeholder={t("allLanguages")}
          options={textLanguages.map((value) => ({ value, label: languageName(value) }))}
          value={when.languages}
          onChange={(languages) => set({ languages })}
          error={at("languages")}
        />
      </div>
      {when.trigger === "before_start" ? (
        <div className="flex flex-col gap-4">
          <DurationField
            label={t("bookedAtLeast")}
            hint={t("bookedAtLeastHint")}
            optional
            value={when.booked_at_least_minutes === undefined ? null : readDuration(when.booked_at_least_minutes)}
            onChange={(value) => set({ booked_at_least_minutes: value ? inMinutes(value) : undefined })}
            error={at("booked_at_least_minutes")}
          />
          <Checkbox
            label={t("sendIfLate")}
            hint={t("sendIfLateHint")}
            checked={when.send_if_late === true}
            onChange={(on) => set({ send_if_late: on || undefined })}
          />
        </div>
      ) : null}
      {isTimed(when.trigger) ? (
        <Disclosure label={t("lateness")} hint={t("latenessHint")} open={fine} onOpenChange={setFine}>
          <DurationField
            label={t("latest")}
            optional
            value={when.lateness_minutes === undefined ? null : readDuration(when.lateness_minutes)}
            onChange={(value) => set({ lateness_minutes: value ? inMinutes(value) : undefined })}
            error={at("lateness_minutes")}
          />
        </Disclosure>
      ) : null}
    </div>
  );
}
