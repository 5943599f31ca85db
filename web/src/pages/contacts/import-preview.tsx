import { CircleX } from "lucide-react";
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
}

/** The first rows as contacts, and why a row would be rejected. */
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
              [row.contact.first_name, row.contact.last_name].filter(Boolean).join(" ")
            ) : (
              <span className="flex flex-wrap items-center gap-2">
                <Badge tone="bad" icon={CircleX}>
                  {t("importing.rejected")}
                </Badge>
                {row.reason ? t(`importResult.reasons.${row.reason}`) : null}
                <Readings numbers={row.readings} />
                <span className="break-all text-soft">{row.values.filter(Boolean).join(" · ")}</span>
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
