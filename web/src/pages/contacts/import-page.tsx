import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import { call } from "../../api/client.ts";
import { query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useParam } from "../../lib/location.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { Progress, Stat, Stats } from "../../ui/figures.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { ImportStatus } from "./import-status.tsx";
import { Readings } from "./readings.tsx";

/** One import: figures while it runs, then the result with what was rejected and why. */
export function ImportPage() {
  const t = useTranslations("contacts.importResult");
  const contacts = useTranslations("contacts");
  const format = useFormatter();
  const explain = useExplain();
  const may = useMay();
  const id = useParam("id");
  const { data, error, refetch } = useQuery({
    ...query("contacts", "getImport", { params: { id } }),
    // News brings most changes at once; this is for when the connection is lost.
    refetchInterval: ({ state }) => (state.data?.status === "done" || state.data?.status === "failed" ? false : 2000),
  });
  if (error && !data) return <ErrorState message={explain(error)} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const running = data.status === "running" || data.status === "receiving";
  const merged = data.created + data.updated + data.unchanged + data.rejected_count;

  const download = async () => {
    try {
      const file = await call("contacts", "rejectedRows", { params: { id } });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `rejected-${data.file_name ?? "import.csv"}`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (failure) {
      toast(explain(failure), "bad");
    }
  };
  return (
    <>
      <DocumentTitle>{t("title", { name: data.file_name ?? t("unnamed") })}</DocumentTitle>
      <PageHeader
        title={t("title", { name: data.file_name ?? t("unnamed") })}
        status={<ImportStatus status={data.status} />}
        above={<Link to={paths.imports()}>{contacts("imports")}</Link>}
        action={
          data.status === "done" ? (
            <>
              <ButtonLink to={paths.contacts()}>{t("seeContacts")}</ButtonLink>
              {may("campaigns:write") ? (
                <ButtonLink to={paths.newCampaign()} kind="primary">
                  {t("writeCampaign")}
                </ButtonLink>
              ) : null}
            </>
          ) : null
        }
      />
      <div className="flex flex-col gap-4">
        {data.error ? <Notice tone="bad">{t(`faults.${data.error.code}`)}</Notice> : null}
        <Panel>
          {running ? (
            <div className="mb-4 flex flex-col gap-2">
              <Progress
                label={t(`status.${data.status}`)}
                value={data.status === "running" && data.rows > 0 ? merged : undefined}
                max={data.rows}
              />
              <p className="text-soft">{t("leave")}</p>
            </div>
          ) : null}
          <Stats>
            <Stat label={t("rows")}>{format.number(data.rows)}</Stat>
            <Stat label={t("created")}>{format.number(data.created)}</Stat>
            <Stat label={t("updated")}>{format.number(data.updated)}</Stat>
            <Stat label={t("unchanged")}>{format.number(data.unchanged)}</Stat>
            <Stat label={t("rejected")}>{format.number(data.rejected_count)}</Stat>
          </Stats>
        </Panel>
        {data.rejected_count > 0 ? (
          <Panel
            flush
            title={t("rejectedRows")}
            description={t("rejectedText")}
            action={
              <Button size="small" icon={<Download aria-hidden />} onClick={() => void download()}>
                {t("download")}
              </Button>
            }
          >
            <Table
              label={t("rejectedRows")}
              rows={data.rejected}
              rowId={(row) => String(row.row)}
              empty={null}
              columns={[
                {
                  id: "row",
                  header: contacts("importing.row"),
                  align: "right",
                  width: "w-20",
                  cell: (row) => format.number(row.row),
                },
                { id: "reason", header: t("reason"), cell: (row) => t(`reasons.${row.reason}`) },
                {
                  id: "value",
                  header: t("value"),
                  cell: (row) => (
                    <span className="flex flex-wrap gap-x-3">
                      <span className="break-all">{row.value}</span>
                      <Readings numbers={row.readings} />
                    </span>
                  ),
                },
              ]}
            />
            {data.rejected_count > data.rejected.length ? (
              <p className="border-t border-line px-4 py-2 text-soft">
                {t("firstOf", {
                  shown: format.number(data.rejected.length),
                  total: format.number(data.rejected_count),
                })}
              </p>
            ) : null}
          </Panel>
        ) : null}
      </div>
    </>
  );
}
