import { CircleCheck, CircleX } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { Review } from "../../../../contract/campaigns.ts";
import { Panel } from "../../ui/page-header.tsx";
import { ReasonList } from "./reason-list.tsx";

/** Green and red: how many will receive it, how many will not, and why. */
export function RecipientsPanel({ recipients }: { recipients: Review["recipients"] }) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const { will, wont, reasons } = recipients;
  return (
    <Panel title={t("recipients")}>
      <div className="grid gap-4 sm:grid-cols-2">
        <div className="rounded-lg bg-good-soft p-4">
          <p className="flex items-center gap-2 text-good-ink">
            <CircleCheck className="size-5 shrink-0" aria-hidden />
            <span className="figures text-2xl font-semibold">{format.number(will)}</span>
          </p>
          <p className="mt-1 text-ink">{t("will", { count: will })}</p>
        </div>
        <div className="rounded-lg bg-bad-soft p-4">
          <p className="flex items-center gap-2 text-bad-ink">
            <CircleX className="size-5 shrink-0" aria-hidden />
            <span className="figures text-2xl font-semibold">{format.number(wont)}</span>
          </p>
          <p className="mt-1 text-ink">{t("wont", { count: wont })}</p>
          {wont > 0 ? (
            <div className="mt-3">
              <ReasonList reasons={reasons} />
            </div>
          ) : null}
        </div>
      </div>
    </Panel>
  );
}
