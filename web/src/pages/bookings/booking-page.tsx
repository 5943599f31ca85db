import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { BookingStatus } from "../../components/bookings/booking-status.tsx";
import { BookingTime } from "../../components/bookings/booking-time.tsx";
import { personName } from "../../components/bookings/person-name.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useFilters, useParam } from "../../lib/location.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { BookingActions } from "./booking-actions.tsx";
import { BookingDecisions } from "./booking-decisions.tsx";
import { BookingFacts } from "./booking-facts.tsx";
import { BookingHistory } from "./booking-history.tsx";

const tabs = ["messages", "history"] as const;

/** One booking: its facts, what was and will be sent about it, and who changed what. */
export function BookingPage() {
  const t = useTranslations("bookings");
  const explain = useExplain();
  const may = useMay();
  const id = useParam("id");
  const { country } = useWorkspace();
  const [filters, setFilters] = useFilters({ tab: "" });
  const { data: booking, error, refetch } = useQuery(query("bookings", "get", { params: { id } }));
  if (error && !booking) return <ErrorState message={explain(error)} onRetry={() => void refetch()} />;
  if (!booking) return <PageSkeleton />;
  const name = personName(booking.customer, country) ?? t("noCustomer");
  const title = [name, booking.service?.name].filter(Boolean).join(", ");
  const tab = tabs.find((each) => each === filters.tab) ?? "messages";
  return (
    <>
      <DocumentTitle>{title}</DocumentTitle>
      <PageHeader
        title={title}
        above={<Link to={paths.bookings()}>{t("title")}</Link>}
        status={<BookingStatus booking={booking} />}
        description={<BookingTime booking={booking} />}
        action={may("bookings:write") ? <BookingActions booking={booking} /> : null}
      />
      <div className="grid items-start gap-5 lg:grid-cols-[22rem_minmax(0,1fr)]">
        <BookingFacts booking={booking} />
        <div className="min-w-0">
          <Tabs
            label={title}
            value={tab}
            onChange={(next) => setFilters({ tab: next === "messages" ? "" : next })}
            tabs={tabs.map((value) => ({ value, label: t(`tabs.${value}`) }))}
          >
            {tab === "messages" ? <BookingDecisions booking={booking} /> : <BookingHistory history={booking.history} />}
          </Tabs>
        </div>
      </div>
    </>
  );
}
