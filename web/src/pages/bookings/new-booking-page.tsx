import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { contactLabel } from "../../components/composer/contact-choices.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { MayOnly } from "../../components/may-only.tsx";
import { useFilters, useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageSkeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { BookingForm } from "./booking-form.tsx";

const none = { start: "", customer: "", resource: "", location: "" };

/** A new booking, with what its address says filled in. */
export function NewBookingPage() {
  const t = useTranslations("bookings");
  return (
    <MayOnly permission="bookings:write">
      <DocumentTitle>{t("newTitle")}</DocumentTitle>
      <PageHeader title={t("newTitle")} above={<Link to={paths.bookings()}>{t("title")}</Link>} />
      <Prefilled />
    </MayOnly>
  );
}

function Prefilled() {
  const t = useTranslations("bookings");
  const go = useGo();
  const [given] = useFilters(none);
  const customer = useQuery({
    ...query("contacts", "get", { params: { id: given.customer } }),
    enabled: given.customer !== "",
  });
  const resource = useQuery({
    ...query("resources", "get", { params: { id: given.resource } }),
    enabled: given.resource !== "",
  });
  const location = useQuery({
    ...query("locations", "get", { params: { id: given.location } }),
    enabled: given.location !== "",
  });
  // What the address names and is gone is left out.
  if (customer.isLoading || resource.isLoading || location.isLoading) return <PageSkeleton />;
  const at = new Date(given.start);
  const option = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  return (
    <BookingForm
      initial={{
        ...(Number.isNaN(at.getTime()) ? {} : { at }),
        ...(customer.data && { customer: { value: customer.data.id, label: contactLabel(customer.data) } }),
        ...(resource.data && { resources: [option(resource.data)] }),
        ...(location.data && { location: option(location.data) }),
      }}
      onSaved={(booking) => {
        toast(t("created", { reference: booking.reference }));
        go(paths.booking(booking.id), { replace: true });
      }}
    />
  );
}
