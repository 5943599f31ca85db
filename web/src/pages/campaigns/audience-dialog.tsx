import { useInfiniteQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import { useMemo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { AudienceMember, Review } from "../../../../contract/campaigns.ts";
import type { SkipReason } from "../../../../contract/messages.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { pages } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Select } from "../../ui/field.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { useReason } from "./message-status.tsx";

/** The people behind one of the review's figures, with the reason where they get nothing. */
export function AudienceDialog({
  campaignId,
  recipients,
  view,
  reason,
  onReason,
  onClose,
}: {
  campaignId: string;
  recipients: Review["recipients"];
  view: "will" | "wont";
  /** A reason of the figures; empty: all. */
  reason: string;
  onReason: (reason: string) => void;
  onClose: () => void;
}) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const reasonText = useReason();
  const { country } = useWorkspace();
  const counted = Object.entries(recipients.reasons).filter(([, n]) => n > 0);
  const chosen = counted.find(([one]) => one === reason)?.[0] as SkipReason | undefined;
  const list = useInfiniteQuery(
    pages("campaigns", "audience", { params: { id: campaignId }, query: { view, reason: chosen } }),
  );
  const columns = useMemo(
    (): Column<AudienceMember>[] => [
      {
        id: "contact",
        header: t("contact"),
        cell: ({ contact_id, name, number }) => (
          <Link to={paths.contact(contact_id)}>
            {name ?? (number ? formatPhoneNumber(number, country) : t("noNumber"))}
          </Link>
        ),
      },
      {
        id: "number",
        header: t("number"),
        cell: ({ number }) => (
          <span className="figures whitespace-nowrap">{number ? formatPhoneNumber(number, country) : "–"}</span>
        ),
      },
      ...(view === "wont"
        ? [
            {
              id: "reason",
              header: t("reason"),
              cell: ({ reason: why }: AudienceMember) => (why ? reasonText(why) : "–"),
            },
          ]
        : []),
    ],
    [t, country, view, reasonText],
  );
  return (
    <Dialog
      open
      size="large"
      onOpenChange={(open) => !open && onClose()}
      title={t(view === "will" ? "whoWill" : "whoWont", { count: recipients[view] })}
    >
      {view === "wont" && counted.length > 1 ? (
        <Select
          className="mb-3 w-full sm:w-72"
          aria-label={t("reason")}
          value={chosen ?? ""}
          onChange={onReason}
          options={[
            { value: "", label: t("anyReason") },
            ...counted.map(([one, n]) => ({ value: one, label: `${reasonText(one)} (${format.number(n)})` })),
          ]}
        />
      ) : null}
      <div className="overflow-clip rounded-lg border border-line">
        <PagedTable
          label={t(view === "will" ? "whoWill" : "whoWont", { count: recipients[view] })}
          columns={columns}
          rowId={(member) => member.contact_id}
          found={list}
          empty={<EmptyState icon={Users} title={t("recipientsEmpty.all")} />}
        />
      </div>
    </Dialog>
  );
}
