import { type ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { BookingWithHistory } from "../../../../contract/bookings.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { personName } from "../../components/bookings/person-name.ts";
import { Link } from "../../components/link.tsx";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Panel } from "../../ui/page-header.tsx";

type Person = BookingWithHistory["attendees"][number];

/** What a booking is made of. What it has nothing of is left out. */
export function BookingFacts({ booking }: { booking: BookingWithHistory }) {
  const t = useTranslations("bookings");
  const source = useTranslations("bookings.sources");
  const paymentName = useTranslations("statuses.payments");
  const format = useFormatter();
  const created = format.dateTime(new Date(booking.created_at), { dateStyle: "medium", timeStyle: "short" });
  const lines: [string, ReactNode][] = [
    [t("customer"), booking.customer ? <PersonLines person={booking.customer} /> : null],
    [
      t("attendees"),
      booking.attendees.length > 0 ? (
        <ul className="flex flex-col gap-1.5">
          {booking.attendees.map((person, index) => (
            <li key={`${person.id} ${index}`}>
              <PersonLines person={person} />
            </li>
          ))}
        </ul>
      ) : null,
    ],
    [t("service"), booking.service?.name],
    [t("resources"), booking.resources.map(({ name }) => name).join(", ")],
    [t("location"), booking.location?.name],
    [t("payment"), booking.payment === "none" ? null : paymentName(booking.payment)],
    [t("locale"), booking.locale],
    [t("notes"), booking.notes ? <span className="whitespace-pre-wrap">{booking.notes}</span> : null],
    [
      t("reference"),
      <span key="reference" className="figures">
        {booking.reference}
      </span>,
    ],
    [t("madeBy"), t("madeAt", { source: source(booking.source), at: created })],
    [t("externalId"), booking.external_id],
  ];
  return (
    <Panel>
      <dl className="flex flex-col gap-3">
        {lines
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <div key={label}>
              <dt className="text-sm text-soft">{label}</dt>
              <dd className="break-words">{value}</dd>
            </div>
          ))}
        <div>
          <dt className="text-sm text-soft">{t("managePage")}</dt>
          <dd className="flex items-start gap-1">
            <a
              href={booking.manage_url}
              target="_blank"
              rel="noopener noreferrer"
              className="min-w-0 rounded-sm font-medium break-all text-accent-ink hover:underline"
            >
              {booking.manage_url}
            </a>
            <CopyButton text={booking.manage_url} />
          </dd>
        </div>
      </dl>
    </Panel>
  );
}

function PersonLines({ person }: { person: Person }) {
  const t = useTranslations("bookings");
  const may = useMay();
  const { country } = useWorkspace();
  const name = personName(person, country) ?? t("noCustomer");
  const number = person.mobile && formatPhoneNumber(person.mobile, country);
  return (
    <>
      {person.id && may("contacts:read") ? <Link to={paths.contact(person.id)}>{name}</Link> : name}
      {number && number !== name ? <span className="figures block text-soft">{number}</span> : null}
      {person.email && person.email !== name ? <span className="block text-soft">{person.email}</span> : null}
    </>
  );
}
