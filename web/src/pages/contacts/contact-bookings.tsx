import { useInfiniteQuery } from "@tanstack/react-query";
import { BellOff, CalendarPlus } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Booking } from "../../../../contract/bookings.ts";
import type { Contact } from "../../../../contract/contacts.ts";
import { pages, useCall } from "../../api/queries.ts";
import { BookingStatus } from "../../components/bookings/booking-status.tsx";
import { BookingTime } from "../../components/bookings/booking-time.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { PagedList } from "../../components/paged.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";

/** A contact's bookings, coming and past, and whether workflows send to them. */
export function ContactBookings({ contact }: { contact: Contact }) {
  const t = useTranslations("bookings.contact");
  const may = useMay();
  // One moment for both lists, so that no booking is in neither.
  const [now] = useState(() => new Date().toISOString());
  const ofContact = { customer: contact.id, limit: 10 };
  const coming = useInfiniteQuery(pages("bookings", "list", { query: { ...ofContact, from: now, sort: "start" } }));
  const past = useInfiniteQuery(pages("bookings", "list", { query: { ...ofContact, to: now, sort: "-start" } }));
  return (
    <div className="flex flex-col gap-4">
      {may("contacts:write") ? <Muting contact={contact} /> : null}
      <Panel
        flush
        title={t("coming")}
        action={
          may("bookings:write") ? (
            <ButtonLink
              kind="primary"
              size="small"
              to={paths.newBooking({ customer: contact.id })}
              icon={<CalendarPlus aria-hidden />}
            >
              {t("new")}
            </ButtonLink>
          ) : null
        }
      >
        <PagedList found={coming} empty={<None />} bordered>
          {(bookings) => <Rows bookings={bookings} />}
        </PagedList>
      </Panel>
      <Panel
        flush
        title={t("past")}
        action={<Link to={paths.bookingList({ customer: contact.id, from: "ever" })}>{t("all")}</Link>}
      >
        <PagedList found={past} empty={<None />} bordered>
          {(bookings) => <Rows bookings={bookings.filter(({ end }) => end <= now)} />}
        </PagedList>
      </Panel>
    </div>
  );
}

function None() {
  const t = useTranslations("bookings.contact");
  return <p className="border-t border-line px-4 py-3 text-soft">{t("none")}</p>;
}

function Rows({ bookings }: { bookings: readonly Booking[] }) {
  if (bookings.length === 0) return <None />;
  return (
    <ul>
      {bookings.map((booking) => (
        <li
          key={booking.id}
          className="relative flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-2.5 hover:bg-hover"
        >
          <Link to={paths.booking(booking.id)} className="min-w-0 flex-1 basis-56 after:absolute after:inset-0">
            <BookingTime booking={booking} />
          </Link>
          <span className="min-w-0 flex-1 basis-32 truncate text-soft">
            {[booking.service?.name, booking.resources.map(({ name }) => name).join(", ")].filter(Boolean).join(" · ")}
          </span>
          <span className="sm:w-32">
            <BookingStatus booking={booking} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Muting({ contact }: { contact: Contact }) {
  const t = useTranslations("bookings.contact");
  const explain = useExplain();
  const update = useCall("contacts", "update");
  const set = async (muted: boolean) => {
    try {
      await update.mutateAsync({ params: { id: contact.id }, body: { muted } });
      toast(muted ? t("mutedOn") : t("mutedOff"));
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  return (
    <div className="flex items-start gap-3 rounded-lg border border-line bg-surface p-4">
      <BellOff className="mt-0.5 size-4 shrink-0 text-faint" aria-hidden />
      <Checkbox
        label={t("muted")}
        hint={t("mutedHint")}
        checked={update.isPending ? (update.variables.body.muted ?? contact.muted) : contact.muted}
        disabled={update.isPending}
        onChange={(muted) => void set(muted)}
      />
    </div>
  );
}
