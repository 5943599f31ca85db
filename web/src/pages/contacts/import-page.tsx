import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "use-intl";
import type { CallAnswer } from "../../api/client.ts";
import { query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useGo, useParam } from "../../lib/location.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Progress, Stat, Stats } from "../../ui/figures.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { DownloadRejected } from "./download-rejected.tsx";
import { HeldImport } from "./held-import.tsx";
import { ImportStatus } from "./import-status.tsx";
import { Readings } from "./readings.tsx";

/** One import: figures while it runs, then the result with what was rejected and why. */
export function ImportPage() {
  const t = useTranslations("contacts.importResult");
  const contacts = useTranslations("contacts");
  const format = useFormatter();
  const explain = useExplain();
  const may = useMay();
  const go = useGo();
  const id = useParam("id");
  const { data, error, refetch } = useQuery({
    ...query("contacts", "getImport", { params: { id } }),
    // Live updates bring most changes at once; this is for when the connection is lost.
    refetchInterval: ({ state }) => (["done", "failed", "held"].includes(state.data?.status ?? "") ? false : 2000),
  });
  if (error && !data) return <ErrorState message={explain(error)} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const running = data.status === "running" || data.status === "receiving";
  const held = data.status === "checking" || data.status === "held";
  const merged = data.created + data.updated + data.unchanged + data.rejected_count;

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
        {held ? (
          <HeldImport id={id} giveUpLabel={t("giveUp")} onGivenUp={() => go(paths.imports(), { replace: true })} />
        ) : null}
        {held ? null : (
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
              {data.consents_recorded > 0 ? (
                <Stat label={t("consents")}>{format.number(data.consents_recorded)}</Stat>
              ) : null}
              <Stat label={t("rejected")}>{format.number(data.rejected_count)}</Stat>
            </Stats>
          </Panel>
        )}
        {data.rejected_count > 0 ? (
          <Panel
            flush
            title={t("rejectedRows")}
            description={t("rejectedText")}
            action={<DownloadRejected id={id} fileName={data.file_name} />}
          >
            <ToldRows label={t("rejectedRows")} rows={data.rejected} total={data.rejected_count} />
          </Panel>
        ) : null}
        {data.warning_count > 0 && !held ? (
          <Panel flush title={t("warnings")} description={t("warningsText")}>
            <ToldRows label={t("warnings")} rows={data.warnings} total={data.warning_count} />
          </Panel>
        ) : null}
      </div>
    </>
  );
}

/** Rows of the file with what was wrong with them; only the first where there are many. */
function ToldRows({
  label,
  rows,
  total,
}: {
  label: string;
  rows: CallAnswer<"contacts", "getImport">["rejected"];
  total: number;
}) {
  const t = useTranslations("contacts.importResult");
  const contacts = useTranslations("contacts");
  const format = useFormatter();
  return (
    <>
      <Table
        label={label}
        rows={rows}
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
          {
            id: "reason",
            header: t("reason"),
            cell: (row) => (
              <>
                {t(`reasons.${row.reason}`)}
                {/* Where there is no room for a column of its own. */}
                <span className="line-clamp-2 text-soft wrap-anywhere md:hidden">{row.text}</span>
              </>
            ),
          },
          {
            id: "text",
            header: t("inFile"),
            secondary: true,
            cell: (row) => <span className="break-all text-soft">{row.text}</span>,
          },
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
      {total > rows.length ? (
        <p className="border-t border-line px-4 py-2 text-soft">
          {t("firstOf", { shown: format.number(rows.length), total: format.number(total) })}
        </p>
      ) : null}
    </>
  );
}
