import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { HeldKind, HeldRow } from "../../../../contract/contacts.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { pages } from "../../api/queries.ts";
import { PagedTable } from "../../components/paged.tsx";
import { useWorkspace } from "../../lib/session.ts";
import { classes } from "../../ui/classes.ts";
import { DownloadRejected } from "./download-rejected.tsx";

/** The people behind one total of an import that is held. */
export function HeldRows({ id, fileName, kind }: { id: string; fileName: string | null; kind: HeldKind }) {
  const t = useTranslations("contacts");
  const { country } = useWorkspace();
  const found = useInfiniteQuery(pages("contacts", "heldRows", { params: { id }, query: { kind, limit: 50 } }));
  const told = kind === "rejected" || kind === "warning";
  return (
    <section aria-label={t(`held.kinds.${kind}`)} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-soft">{t(`held.texts.${kind}`)}</p>
        {kind === "rejected" ? <DownloadRejected id={id} fileName={fileName} /> : null}
      </div>
      <div className="-mx-4 border-y border-line">
        <PagedTable
          label={t(`held.kinds.${kind}`)}
          rowId={(row) => String(row.row)}
          found={found}
          empty={null}
          columns={[
            { id: "row", header: t("importing.row"), align: "right", width: "w-16", cell: (row) => row.row },
            {
              id: "name",
              header: t("fields.name"),
              cell: (row) => <span className="line-clamp-3 wrap-anywhere">{row.name}</span>,
            },
            {
              id: "number",
              header: t("held.number"),
              cell: (row) => (
                // Of a rejected row it is whatever stood in the cell.
                <span className={classes("figures", told ? "line-clamp-3 wrap-anywhere" : "whitespace-nowrap")}>
                  {formatPhoneNumber(row.number ?? "", country)}
                </span>
              ),
            },
            {
              id: "email",
              header: t("fields.email"),
              secondary: true,
              cell: (row) => <span className="break-all">{row.email}</span>,
            },
            ...(told
              ? [
                  {
                    id: "reason",
                    header: t("importResult.reason"),
                    cell: (row: HeldRow) => (row.reason ? t(`importResult.reasons.${row.reason}`) : null),
                  },
                ]
              : []),
          ]}
        />
      </div>
    </section>
  );
}
