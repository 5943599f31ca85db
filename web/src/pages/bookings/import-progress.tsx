import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { ButtonLink } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { Progress, Stat, Stats } from "../../ui/figures.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { useRejection } from "./rejection.ts";

/** An import of bookings: how far it is, and when it is done what became of the rows. */
export function ImportProgress({ id, onAnother }: { id: string; onAnother: () => void }) {
  const t = useTranslations("bookings.importing");
  const explain = useExplain();
  const format = useFormatter();
  const rejection = useRejection();
  const { data, error, refetch } = useQuery(query("bookings", "getImport", { params: { id } }));
  if (error && !data) return <ErrorState message={explain(error)} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const { status, rows, created, updated, unchanged, rejected_count: rejectedCount, rejected } = data;
  return (
    <div className="flex flex-col gap-4">
      {status === "failed" ? (
        <Notice tone="bad" title={t("failed")}>
          <p>{data.error?.message}</p>
          <p>{t("failedText")}</p>
        </Notice>
      ) : null}
      <Panel title={data.file_name ?? t("title")}>
        <div role="status" className="mb-4 flex flex-col gap-2">
          {status === "running" ? (
            <>
              <Progress label={t("running", { rows })} />
              <p className="text-soft">
                {t("running", { rows })} {t("leave")}
              </p>
            </>
          ) : status === "done" ? (
            <p className="font-medium">{t("done")}</p>
          ) : null}
        </div>
        <Stats>
          <Stat label={t("created")}>{format.number(created)}</Stat>
          <Stat label={t("updated")}>{format.number(updated)}</Stat>
          <Stat label={t("unchanged")}>{format.number(unchanged)}</Stat>
          <Stat label={t("rejected")}>{format.number(rejectedCount)}</Stat>
        </Stats>
      </Panel>
      {rejected.length > 0 ? (
        <Panel
          flush
          title={t("rejectedTitle")}
          description={
            rejectedCount > rejected.length
              ? t("rejectedMore", { shown: rejected.length, count: rejectedCount })
              : undefined
          }
        >
          <Table
            label={t("rejectedTitle")}
            rows={rejected}
            rowId={({ row }) => String(row)}
            empty={null}
            columns={[
              { id: "row", header: t("row"), align: "right", width: "w-16", cell: ({ row }) => row },
              {
                id: "reason",
                header: t("reason"),
                cell: (row) => <span className="wrap-anywhere">{rejection(row)}</span>,
              },
              {
                id: "value",
                header: t("value"),
                secondary: true,
                cell: ({ value }) => <span className="break-all">{value}</span>,
              },
            ]}
          />
        </Panel>
      ) : null}
      {status === "running" ? null : (
        <div className="flex flex-wrap gap-2">
          <ButtonLink kind="primary" to={paths.bookings()}>
            {t("seeBookings")}
          </ButtonLink>
          <Button onClick={onAnother}>{t("another")}</Button>
        </div>
      )}
    </div>
  );
}
