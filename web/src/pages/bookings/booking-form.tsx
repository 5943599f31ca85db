import { useState } from "react";
import { useTranslations } from "use-intl";
import type { BookingWithHistory } from "../../../../contract/bookings.ts";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { readWallTime } from "../../lib/wall-time.ts";
import { Disclosure } from "../../ui/disclosure.tsx";
import { SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { AttendeesField } from "./attendees-field.tsx";
import {
  type BookingBody,
  type BookingValues,
  bodyOf,
  changesOf,
  emptyValues,
  minutesOf,
  newPrefix,
  usualMinutes,
  withEnd,
} from "./booking-values.ts";
import { CustomerField } from "./customer-field.tsx";
import { payments } from "./payments.ts";
import { PlacePicker, PlacesPicker } from "./place-picker.tsx";
import { useLocations } from "./places.ts";
import { useSaveBooking } from "./use-save-booking.ts";
import { useStatusOptions } from "./use-status-options.ts";
import { WhenFields } from "./when-fields.tsx";
import { BusyNotice, TellField, useWouldTell } from "./would-tell.tsx";

/** The server's names of fields, where the form has others. */
const names = {
  start: "time",
  end: "endTime",
  "customer.first_name": "first_name",
  "customer.last_name": "last_name",
  "customer.mobile": "mobile",
  "customer.email": "email",
  "customer.id": "customer",
} as const satisfies Record<string, keyof BookingValues>;

/** Makes a booking, or changes one. Beside the fields it says who is busy then, and who would be told. */
export function BookingForm({
  initial = {},
  known,
  booking,
  onSaved,
}: {
  /** What an empty form begins with. */
  initial?: Partial<BookingValues> & { at?: Date };
  /** The values of the booking that is changed, and it. */
  known?: BookingValues;
  booking?: BookingWithHistory;
  onSaved: (booking: BookingWithHistory) => void;
}) {
  const t = useTranslations("bookings");
  const paymentName = useTranslations("statuses.payments");
  const explain = useExplain();
  const may = useMay();
  const workspace = useWorkspace();
  const locations = useLocations();
  const statusOptions = useStatusOptions();
  const { at = nextHalfHour(), ...given } = initial;
  const [begun] = useState((): BookingValues => known ?? { ...emptyValues(at, workspace.time_zone), ...given });
  const [more, setMore] = useState(begun.attendees.length > 0 || begun.notes !== "");
  const zoneOf = (values: BookingValues) =>
    (values.location?.value === booking?.location?.id ? booking?.time_zone : undefined) ??
    locations.find(({ id }) => id === values.location?.value)?.time_zone ??
    workspace.time_zone;
  const changes = (values: BookingValues): Partial<BookingBody> =>
    known && booking ? changesOf(bodyOf(known), bodyOf(values), zoneOf(values) === booking.time_zone) : bodyOf(values);
  const save = useSaveBooking(booking?.id ?? null);
  const form = useForm({
    initial: begun,
    required: ["date", "time", "endTime"],
    check: (values) => {
      const minutes = minutesOf(values, zoneOf(values));
      return minutes !== null && minutes < 0 ? { endTime: t("endBeforeStart") } : {};
    },
    submit: (values) => save(values, changes, (kept) => form.set(kept)),
    onSuccess: onSaved,
    names,
    explain,
  });
  const { values } = form;
  const zone = zoneOf(values);
  const start = readWallTime(`${values.date}T${values.time}`, zone);
  const end = readWallTime(`${values.endDate}T${values.endTime}`, zone);
  const wouldTell = useWouldTell(
    start && end ? { ...(booking && { id: booking.id }), change: withoutNew(changes(values), values) } : null,
  );

  return (
    <FormShell form={form} submitLabel={booking ? t("save") : t("create")}>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <Panel>
          <div className="flex flex-col gap-4">
            <CustomerField form={form} />
            <PlacePicker
              kind="services"
              label={t("service")}
              placeholder={may("bookings:write") ? t("serviceHint") : t("chooseService")}
              error={form.errors.service ?? null}
              value={values.service}
              onChange={(service) => {
                const minutes = service?.minutes ?? minutesOf(values, zone) ?? usualMinutes;
                form.set({ service: service && plain(service), ...withEnd(values, minutes, zone) });
              }}
            />
            <WhenFields form={form} zone={zone} />
            <PlacesPicker
              kind="resources"
              label={t("resources")}
              placeholder={t("resourcesHint")}
              error={form.errors.resources ?? null}
              value={values.resources}
              onChange={(resources) => form.set({ resources: resources.map(plain) })}
            />
            <PlacePicker
              kind="locations"
              label={t("location")}
              error={form.errors.location ?? null}
              value={values.location}
              onChange={(location) => form.set({ location: location && plain(location) })}
            />
            <Disclosure label={t("more")} hint={t("moreHint")} open={more} onOpenChange={setMore}>
              <AttendeesField
                value={values.attendees}
                onChange={(attendees) => form.set({ attendees })}
                error={form.errors.attendees ?? null}
              />
              <div className="grid gap-4 sm:grid-cols-2">
                <SelectField label={t("status")} options={statusOptions(values.status)} {...form.field("status")} />
                <SelectField
                  label={t("payment")}
                  options={payments.map((value) => ({ value, label: paymentName(value) }))}
                  {...form.field("payment")}
                />
              </div>
              <TextField label={t("locale")} hint={t("localeHint")} optional {...form.field("locale")} />
              <TextArea label={t("notes")} hint={t("notesHint")} optional {...form.field("notes")} />
            </Disclosure>
          </div>
        </Panel>
        <div className="flex flex-col gap-4 lg:sticky lg:top-16">
          {wouldTell.data ? <BusyNotice busy={wouldTell.data.busy} /> : null}
          <Panel title={t("tellTitle")}>
            <TellField
              told={wouldTell.data}
              failed={wouldTell.failed}
              notify={values.notify}
              onNotify={(notify) => form.set({ notify })}
            />
          </Panel>
        </div>
      </div>
    </FormShell>
  );
}

/** A picker's option as the form keeps it. */
const plain = ({ value, label }: { value: string; label: string }) => ({ value, label });

/** What does not exist yet is nothing that a workflow could be about. */
function withoutNew(body: Partial<BookingBody>, values: BookingValues): Partial<BookingBody> {
  const isNew = ({ value }: { value: string }) => value.startsWith(newPrefix);
  const rest = { ...body };
  if (values.service && isNew(values.service)) delete rest.service;
  if (values.location && isNew(values.location)) delete rest.location;
  if (rest.resources) rest.resources = values.resources.filter((each) => !isNew(each)).map(({ value }) => value);
  return rest;
}

/** The next full half hour. */
function nextHalfHour(): Date {
  const half = 30 * 60_000;
  return new Date(Math.ceil(Date.now() / half) * half);
}
