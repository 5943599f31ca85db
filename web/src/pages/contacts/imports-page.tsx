import { useInfiniteQuery } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { Import } from "../../../../contract/contacts.ts";
import { pages } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { useGo } from "../../lib/location.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { ImportStatus } from "./import-status.tsx";

/** Nothing of it has been imported yet: what is known is what its check has found. */
const isHeld = ({ status }: Pick<Import, "status">) => status === "checking" || status === "held";

/** All imports, newest first. */
export function ImportsPage() {
  const t = useTranslations("contacts");
  const format = useFormatter();
  const go = useGo();
  const may = useMay();
  const found = useInfiniteQuery(pages("contacts", "imports", { query: { limit: 50 } }));
  const begin = may("contacts:write") ? (
    <ButtonLink to={paths.newImport()} kind="primary" icon={<Upload aria-hidden />}>
      {t("importing.title")}
    </ButtonLink>
  ) : null;
  return (
    <>
      <DocumentTitle>{t("imports")}</DocumentTitle>
      <PageHeader title={t("imports")} above={<Link to={paths.contacts()}>{t("title")}</Link>} action={begin} />
      <Panel flush>
        <PagedTable
          label={t("imports")}
          rowId={(row) => row.id}
          onOpen={(row) => go(paths.import(row.id))}
          found={found}
          empty={
            <EmptyState icon={Upload} title={t("importResult.none")} action={begin}>
              {t("importResult.noneText")}
            </EmptyState>
          }
          columns={[
            {
              id: "file",
              header: t("importResult.file"),
              cell: (row) => <Link to={paths.import(row.id)}>{row.file_name ?? t("importResult.unnamed")}</Link>,
            },
            { id: "status", header: t("importResult.state"), cell: (row) => <ImportStatus status={row.status} /> },
            { id: "rows", header: t("importResult.rows"), align: "right", cell: (row) => format.number(row.rows) },
            {
              id: "created",
              header: t("importResult.created"),
              align: "right",
              cell: (row) => (isHeld(row) ? "–" : format.number(row.created)),
            },
            {
              id: "updated",
              header: t("importResult.updated"),
              align: "right",
              secondary: true,
              cell: (row) => (isHeld(row) ? "–" : format.number(row.updated)),
            },
            {
              id: "rejected",
              header: t("importResult.rejected"),
              align: "right",
              cell: (row) => {
                const rejected = isHeld(row) ? row.totals?.rejected : row.rejected_count;
                return rejected === undefined ? "–" : format.number(rejected);
              },
            },
            {
              id: "started",
              header: t("importResult.started"),
              align: "right",
              secondary: true,
              cell: (row) => format.dateTime(new Date(row.created_at), { dateStyle: "medium", timeStyle: "short" }),
            },
          ]}
        />
      </Panel>
    </>
  );
}
