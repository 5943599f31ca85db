import { CircleCheck, CircleX } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { Review } from "../../../../contract/campaigns.ts";
import { useFilters } from "../../lib/location.ts";
import { Button } from "../../ui/button.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { AudienceDialog } from "./audience-dialog.tsx";
import { ReasonList } from "./reason-list.tsx";

/** Green and red: how many will receive it, how many will not, and why; each figure opens the list of its people. */
export function RecipientsPanel({ campaignId, recipients }: { campaignId: string; recipients: Review["recipients"] }) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const [filters, setFilters] = useFilters({ who: "", reason: "" });
  const { will, wont, reasons } = recipients;
  const view = filters.who === "will" || filters.who === "wont" ? filters.who : null;
  const see = (who: "will" | "wont") => (
    <Button
      size="small"
      className="mt-3"
      aria-label={`${t("seeThem")}: ${t(who === "will" ? "whoWill" : "whoWont", { count: recipients[who] })}`}
      onClick={() => setFilters({ who, reason: "" })}
    >
      {t("seeThem")}
    </Button>
  );
  return (
    <Panel title={t("recipients")}>
      <div className="grid gap-4 sm:grid-cols-2">
        <div className="rounded-lg bg-good-soft p-4">
          <p className="flex items-center gap-2 text-good-ink">
            <CircleCheck className="size-5 shrink-0" aria-hidden />
            <span className="figures text-2xl font-semibold">{format.number(will)}</span>
          </p>
          <p className="mt-1 text-ink">{t("will", { count: will })}</p>
          {will > 0 ? see("will") : null}
        </div>
        <div className="rounded-lg bg-bad-soft p-4">
          <p className="flex items-center gap-2 text-bad-ink">
            <CircleX className="size-5 shrink-0" aria-hidden />
            <span className="figures text-2xl font-semibold">{format.number(wont)}</span>
          </p>
          <p className="mt-1 text-ink">{t("wont", { count: wont })}</p>
          {wont > 0 ? (
            <>
              <div className="mt-3">
                <ReasonList reasons={reasons} />
              </div>
              {see("wont")}
            </>
          ) : null}
        </div>
      </div>
      {view ? (
        <AudienceDialog
          campaignId={campaignId}
          recipients={recipients}
          view={view}
          reason={filters.reason}
          onReason={(reason) => setFilters({ reason })}
          onClose={() => setFilters({ who: "", reason: "" })}
        />
      ) : null}
    </Panel>
  );
}
