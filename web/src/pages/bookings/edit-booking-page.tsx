import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { personName } from "../../components/bookings/person-name.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { MayOnly } from "../../components/may-only.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useGo, useParam } from "../../lib/location.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { BookingForm } from "./booking-form.tsx";
import { valuesOf } from "./booking-values.ts";

/** Changes a booking. */
export function EditBookingPage() {
  return (
    <MayOnly permission="bookings:write">
      <Edit />
    </MayOnly>
  );
}

function Edit() {
  const t = useTranslations("bookings");
  const explain = useExplain();
  const go = useGo();
  const id = useParam("id");
  const { country } = useWorkspace();
  const { data: booking, error, refetch } = useQuery(query("bookings", "get", { params: { id } }));
  if (error && !booking) return <ErrorState message={explain(error)} onRetry={() => void refetch()} />;
  if (!booking) return <PageSkeleton />;
  const title = t("editTitle", { reference: booking.reference });
  return (
    <>
      <DocumentTitle>{title}</DocumentTitle>
      <PageHeader title={title} above={<Link to={paths.booking(id)}>{t("backToBooking")}</Link>} />
      <BookingForm
        known={valuesOf(booking, (person) => personName(person, country) ?? t("noCustomer"))}
        booking={booking}
        onSaved={(saved) => {
          toast(t("saved"));
          go(paths.booking(saved.id));
        }}
      />
    </>
  );
}
