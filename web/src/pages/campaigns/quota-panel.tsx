import { useTranslations } from "use-intl";
import type { Review } from "../../../../contract/campaigns.ts";
import { Meter } from "../../ui/figures.tsx";

/** The month's segments: what is used, what this campaign would add, and what is left. */
export function QuotaPanel({ quota, needed }: { quota: Review["quota"]; needed: number }) {
  const t = useTranslations("campaigns");
  const taken = quota.used + quota.reserved;
  const fits = needed <= quota.remaining;
  const text = t("quotaText", { taken, allowance: quota.allowance, needed });
  return (
    <div className="mt-5 flex flex-col gap-2">
      <p className="font-medium">{t("quota")}</p>
      <Meter
        label={t("quota")}
        max={quota.allowance}
        text={text}
        parts={[
          { value: taken, tone: "neutral" },
          { value: Math.min(needed, Math.max(0, quota.allowance - taken)), tone: fits ? "accent" : "bad" },
        ]}
      />
      <p className="figures text-sm text-soft">{text}</p>
      <p className={`figures text-sm ${fits ? "text-soft" : "font-medium text-bad-ink"}`}>
        {fits
          ? t("quotaLeft", { left: quota.remaining - needed })
          : t("quotaShort", { short: needed - quota.remaining })}
      </p>
    </div>
  );
}
