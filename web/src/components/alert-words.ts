import { useFormatter, useTranslations } from "use-intl";
import type { Alert } from "../../../contract/alerts.ts";
import { formatPhoneNumber } from "../../../rules/phone-number-format.ts";
import { useMay, useWorkspace } from "../lib/session.ts";
import { paths } from "../paths.ts";

export interface AlertWords {
  title: string;
  text: string;
  /** Where the problem can be solved, for people who may go there. */
  link: { to: string; label: string } | null;
}

/** Puts alerts into words in the reader's language. A resolved alert does not say what happens next. */
export function useAlertWords(): (alert: Alert) => AlertWords {
  const t = useTranslations("alerts");
  const reasons = useTranslations("statuses.reasons");
  const format = useFormatter();
  const may = useMay();
  const { country } = useWorkspace();
  const time = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" });
  const percent = (rate: number) => format.number(rate, { style: "percent", maximumFractionDigits: 1 });
  const reasonOf = (reason: string) => (reasons.has(reason as "blocked") ? reasons(reason as "blocked") : reason);
  const sentences = (...parts: (string | null | false)[]) => parts.filter(Boolean).join(" ");

  const toCampaign = ({ id }: { id: string }) =>
    may("campaigns:read") ? { to: paths.campaign(id), label: t("links.campaign") } : null;
  const toSenders = () => (may("senders:read") ? { to: paths.senders(), label: t("links.senders") } : null);
  const toCarriers = (id?: string) => {
    if (!may("sms-setup:write")) return null;
    return id
      ? { to: paths.carrier(id), label: t("links.carrier") }
      : { to: paths.carriers(), label: t("links.carriers") };
  };

  return (alert) => {
    const isOver = alert.resolved_at !== null;
    switch (alert.kind) {
      case "carrier_down": {
        const { carrier, since, reason, last_error: error } = alert.params;
        const when = time(since);
        return {
          title: t("titles.carrier_down", { name: carrier.name }),
          text: sentences(
            reason === "no_worker" ? t("texts.carrierNoWorker", { when }) : t("texts.carrier_down", { when }),
            error && t("texts.lastError", { error }),
          ),
          link: toCarriers(carrier.id),
        };
      }
      case "lane_stalled": {
        const { sender, waiting, since, reason, campaign } = alert.params;
        return {
          title: t("titles.lane_stalled", { sender: formatPhoneNumber(sender.address, country) }),
          text: sentences(
            t("texts.lane", { waiting, when: time(since) }),
            t(`texts.laneReasons.${reason}`),
            campaign && t("texts.laneCampaign", { name: campaign.name }),
            !isOver && t("texts.byItself"),
          ),
          link:
            reason === "no_progress" && campaign
              ? toCampaign(campaign)
              : ((reason === "carrier_down" ? toCarriers() : null) ?? toSenders()),
        };
      }
      case "campaign_stalled": {
        const { campaign, since, reason } = alert.params;
        return {
          title: t("titles.campaign_stalled", { name: campaign.name }),
          text: t(`texts.${reason}`, { when: time(since) }),
          link: toCampaign(campaign),
        };
      }
      case "work_overdue": {
        const { work, since } = alert.params;
        return {
          title: t("titles.work_overdue"),
          text: t("texts.work_overdue", { when: time(since), work }),
          link: null,
        };
      }
      case "error_rate": {
        const { minutes, texts, errors, rate, usual_rate: usual, reasons: most, campaign } = alert.params;
        const mostly = most.map(({ reason, n }) => `${reasonOf(reason)} (${format.number(n)})`).join(", ");
        return {
          title: t("titles.error_rate", { rate: percent(rate) }),
          text: sentences(
            t("texts.errors", { errors, texts, minutes }),
            usual !== null && t("texts.usual", { rate: percent(usual) }),
            mostly !== "" && t("texts.mostly", { reasons: mostly }),
            campaign && t("texts.errorCampaign", { name: campaign.name }),
          ),
          link: campaign ? toCampaign(campaign) : toCarriers(),
        };
      }
      case "quota": {
        const { threshold, allowance, used, reserved, period_end } = alert.params;
        const when = time(period_end);
        const full = threshold === 100;
        return {
          title: full ? t("titles.quotaFull") : t("titles.quota", { threshold }),
          text: sentences(
            t("texts.quota", { used, allowance, reserved }),
            !isOver && (full ? t("texts.quotaFull", { when }) : t("texts.quotaEnds", { when })),
          ),
          link: may("subscription:read") ? { to: paths.subscription(), label: t("links.subscription") } : null,
        };
      }
      case "quota_skipped": {
        const { texts, allowance, remaining, period_end } = alert.params;
        return {
          title: t("titles.quotaSkipped"),
          text: sentences(
            t("texts.quotaSkipped", { texts, allowance, remaining }),
            !isOver && t("texts.quotaEnds", { when: time(period_end) }),
          ),
          link: may("subscription:read") ? { to: paths.subscription(), label: t("links.subscription") } : null,
        };
      }
      case "webhook_disabled": {
        const { webhook, since, last_error: error } = alert.params;
        return {
          title: t("titles.webhook_disabled"),
          text: sentences(
            t("texts.webhook", { url: webhook.url, when: time(since) }),
            error && t("texts.lastError", { error }),
          ),
          link: may("workspace:write") ? { to: paths.webhook(webhook.id), label: t("links.webhook") } : null,
        };
      }
      case "quiet_hours": {
        const { enabled, reason } = alert.params;
        return {
          title: enabled ? t("titles.quietHoursOn") : t("titles.quietHoursOff"),
          text: reason === "switched_on" ? t("texts.quietHoursOn") : t("texts.quietHoursOff"),
          link: may("workspace:write") ? { to: paths.quietHours(), label: t("links.quietHours") } : null,
        };
      }
      case "possible_opt_outs":
        return {
          title: t("titles.possible_opt_outs"),
          text: t("texts.possible_opt_outs", { when: time(alert.params.since) }),
          link: may("consent:read") ? { to: paths.tray(), label: t("links.tray") } : null,
        };
    }
  };
}
