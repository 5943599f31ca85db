import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { type BuiltInStatus, builtInStatuses } from "../../../../contract/booking-places.ts";
import { query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { useExplain } from "../../lib/explain.ts";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { OwnStatuses } from "./own-statuses.tsx";

const rows = builtInStatuses.map((status) => ({ status }));

/** The built-in statuses and what they mean, and the workspace's own names of them. */
export function BookingStatusesPage() {
  const t = useTranslations("places");
  const statuses = useTranslations("statuses.bookings");
  const title = useTranslations("frame.sections")("bookingStatuses");
  const explain = useExplain();
  const own = useQuery(query("bookingStatuses", "get"));
  const columns: Column<{ status: BuiltInStatus }>[] = [
    { id: "status", header: t("status"), cell: ({ status }) => <strong>{statuses(status)}</strong> },
    { id: "meaning", header: t("meaning"), cell: ({ status }) => t(`statusMeanings.${status}`) },
    {
      id: "key",
      header: t("inPrograms"),
      secondary: true,
      cell: ({ status }) => <code className="font-mono text-sm text-soft">{status}</code>,
    },
  ];
  return (
    <>
      <DocumentTitle>{title}</DocumentTitle>
      <PageHeader title={title} description={t("statusesText")} />
      <div className="flex max-w-3xl flex-col gap-5">
        {own.error ? (
          <ErrorState message={explain(own.error)} onRetry={() => void own.refetch()} />
        ) : own.data ? (
          <OwnStatuses statuses={own.data.items} />
        ) : (
          <Skeleton className="h-40 w-full" />
        )}
        <Panel title={t("builtIn")} description={t("builtInText")} flush>
          <Table label={t("builtIn")} columns={columns} rows={rows} rowId={({ status }) => status} empty={null} />
        </Panel>
      </div>
    </>
  );
}
