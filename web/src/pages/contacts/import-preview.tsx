import { CircleX, Copy, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ContactInput, RejectionReason } from "../../../../contract/contacts.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { useWorkspace } from "../../lib/session.ts";
import { Badge } from "../../ui/badge.tsx";
import { Table } from "../../ui/table.tsx";
import { Readings } from "./readings.tsx";

interface PreviewRow {
  row: number;
  values: string[];
  contact: ContactInput | null;
  reason: RejectionReason | null;
  readings?: readonly string[];
  warning: RejectionReason | null;
  landline: boolean;
  same_as: number | null;
}

/** The first rows as contacts, why a row would be rejected, and its warnings. */
export function ImportPreview({ rows }: { rows: readonly PreviewRow[] }) {
  const t = useTranslations("contacts");
  const { country } = useWorkspace();
  return (
    <Table
      label={t("importing.preview")}
      rows={rows}
      rowId={(row) => String(row.row)}
      empty={null}
      columns={[
        { id: "row", header: t("importing.row"), align: "right", width: "w-16", cell: (row) => row.row },
        {
          id: "name",
          header: t("fields.name"),
          cell: (row) =>
            row.contact ? (
              <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                {[row.contact.first_name, row.contact.last_name].filter(Boolean).join(" ")}
                {row.same_as === null ? null : (
                  <Badge icon={Copy}>{t("importing.sameAs", { row: String(row.same_as) })}</Badge>
                )}
                {row.landline ? (
                  <Badge tone="warn" icon={TriangleAlert}>
                    {t("held.kinds.landline")}
                  </Badge>
                ) : null}
                {row.warning ? (
                  // A sentence, which may need two lines.
                  <span className="flex gap-1 text-sm text-warn-ink">
                    <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
                    {t(`importResult.reasons.${row.warning}`)}
                  </span>
                ) : null}
              </span>
            ) : (
              <span className="flex flex-wrap items-center gap-2">
                <Badge tone="bad" icon={CircleX}>
                  {t("importing.rejected")}
                </Badge>
                {row.reason ? t(`importResult.reasons.${row.reason}`) : null}
                <Readings numbers={row.readings} />
                <span className="line-clamp-3 wrap-anywhere text-soft">{row.values.filter(Boolean).join(" · ")}</span>
              </span>
            ),
        },
        {
          id: "mobile",
          header: t("fields.mobile"),
          cell: (row) => (
            <span className="figures whitespace-nowrap">{formatPhoneNumber(row.contact?.mobile ?? "", country)}</span>
          ),
        },
        {
          id: "phone",
          header: t("fields.phone"),
          secondary: true,
          cell: (row) => (
            <span className="figures whitespace-nowrap">{formatPhoneNumber(row.contact?.phone ?? "", country)}</span>
          ),
        },
        { id: "email", header: t("fields.email"), secondary: true, cell: (row) => row.contact?.email },
      ]}
    />
  );
}
