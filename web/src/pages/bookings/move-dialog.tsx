import { useTranslations } from "use-intl";
import type { Booking } from "../../../../contract/bookings.ts";
import { useCall } from "../../api/queries.ts";
import { BookingTime } from "../../components/bookings/booking-time.tsx";
import { personName } from "../../components/bookings/person-name.ts";
import { useExplain } from "../../lib/explain.ts";
import { useWorkspace } from "../../lib/session.ts";
import { readWallTime, wallTimeAt } from "../../lib/wall-time.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { toast } from "../../ui/toast.tsx";
import type { BookingBody } from "./booking-values.ts";
import { useResources } from "./places.ts";
import { BusyNotice, TellField, useWouldTell } from "./would-tell.tsx";

interface Named {
  id: string;
  name: string;
}

/** Where a booking was dragged to. */
export interface Move {
  start: string;
  /** Of which resource's column to which; null is the column of those without one. */
  resource?: { from: Named | null; to: Named | null };
  location?: Named | null;
}

interface Values {
  date: string;
  time: string;
  resource: string;
  notify: boolean;
}

/** Moves a booking to another time or resource. Dragging opens it filled in. */
export function MoveDialog({ booking, to, onClose }: { booking: Booking; to: Move | null; onClose: () => void }) {
  const t = useTranslations("bookings");
  const explain = useExplain();
  const { country } = useWorkspace();
  const all = useResources();
  const update = useCall("bookings", "update");
  const zone = booking.time_zone;
  const own = wallTimeAt(new Date(booking.start), zone);
  const wall = wallTimeAt(new Date(to?.start ?? booking.start), zone);
  const several = booking.resources.length > 1;
  const present = booking.resources[0]?.id ?? "";
  const chosen = to?.resource ? (to.resource.to?.id ?? "") : present;

  const change = (values: Values): Partial<BookingBody> => {
    const start = readWallTime(`${values.date}T${values.time}`, zone)?.instant;
    const long = Date.parse(booking.end) - Date.parse(booking.start);
    // An unchanged time may be the second of one that the clocks show twice.
    const moved = start && `${values.date}T${values.time}` !== own;
    const resources = several
      ? replaced(booking.resources, to?.resource ?? null)
      : values.resource === present
        ? null
        : [values.resource].filter(Boolean);
    return {
      ...(moved && { start: start.toISOString(), end: new Date(start.getTime() + long).toISOString() }),
      ...(resources && { resources }),
      ...(to?.location !== undefined && { location: to.location?.id ?? null }),
    };
  };
  const form = useForm<Values, unknown>({
    initial: { date: wall.slice(0, 10), time: wall.slice(11), resource: chosen, notify: true },
    required: ["date", "time"],
    submit: ({ notify, ...values }) =>
      update.mutateAsync({
        params: { id: booking.id },
        body: { ...change({ notify, ...values }), notify, changed_by: "employee" },
      }),
    onSuccess: () => {
      toast(t("movedToast", { reference: booking.reference }));
      onClose();
    },
    names: { start: "time", end: "time", resources: "resource" },
    explain,
  });
  const { values } = form;
  const changed = change(values);
  const nothing = Object.keys(changed).length === 0;
  const valid = readWallTime(`${values.date}T${values.time}`, zone) !== null;
  const wouldTell = useWouldTell(valid && !nothing ? { id: booking.id, change: changed } : null);
  const options = all.some(({ id }) => id === present) || !present ? all : [...booking.resources, ...all];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("moveTitle", { name: personName(booking.customer, country) ?? booking.reference })}
      description={<BookingTime booking={booking} />}
    >
      <FormShell form={form} submitLabel={t("move")} onCancel={onClose} guard={false} submitDisabled={nothing}>
        <div className="grid grid-cols-2 gap-3">
          <TextField label={t("date")} type="date" {...form.field("date")} />
          <TextField label={t("start")} type="time" {...form.field("time")} />
        </div>
        {several || options.length === 0 ? null : (
          <SelectField
            label={t("resource")}
            {...form.field("resource")}
            options={[
              { value: "", label: t("noResource") },
              ...options.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        )}
        {to?.location !== undefined ? <p>{t("movesTo", { name: to.location?.name ?? t("noLocation") })}</p> : null}
        {wouldTell.data ? <BusyNotice busy={wouldTell.data.busy} /> : null}
        {nothing ? null : (
          <TellField
            told={wouldTell.data}
            failed={wouldTell.failed}
            notify={values.notify}
            onNotify={(notify) => form.set({ notify })}
          />
        )}
      </FormShell>
    </Dialog>
  );
}

/** The ids of a booking's resources after one was dragged into another's column; null where they stay. */
function replaced(resources: readonly Named[], move: Move["resource"] | null): string[] | null {
  if (!move) return null;
  const ids = resources.map(({ id }) => id).filter((id) => id !== move.from?.id);
  return [...new Set(move.to ? [...ids, move.to.id] : ids)];
}
