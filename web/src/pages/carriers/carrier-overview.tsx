import { RadioTower } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Carrier } from "../../../../contract/carriers.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { ButtonLink, Link } from "../../components/link.tsx";
import { useAgo } from "../../lib/ago.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Stat, Stats } from "../../ui/figures.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { isFailing, useCarrierFigures } from "./carrier-state.tsx";
import { WebhookUrls } from "./webhook-urls.tsx";

/** A connection's status and figures, its senders, and the addresses that the provider needs. */
export function CarrierOverview({ carrier }: { carrier: Carrier }) {
  const t = useTranslations("carriers");
  const figures = useCarrierFigures();
  const { country } = useWorkspace();
  const { status, senders, webhooks } = carrier;
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      <StateNotice carrier={carrier} />
      <Panel title={t("now")}>
        <Stats>
          {status.wanted > 0 ? (
            <Stat label={t("sessionsNow")}>{t("ofWanted", { bound: status.bound, wanted: status.wanted })}</Stat>
          ) : null}
          <Stat label={t("rateNow")}>{figures.rate(status)}</Stat>
          <Stat label={t("backlog")}>{figures.backlog(status)}</Stat>
        </Stats>
      </Panel>
      {webhooks ? <WebhookUrls urls={webhooks} /> : null}
      {senders.length === 0 ? (
        <Panel>
          <EmptyState
            icon={RadioTower}
            title={t("sendersNone")}
            action={<ButtonLink to={paths.senders()}>{t("toSenders")}</ButtonLink>}
          >
            {t("sendersNoneText")}
          </EmptyState>
        </Panel>
      ) : (
        <Panel
          title={t("sendersTitle")}
          description={t("sendersText")}
          action={<Link to={paths.senders()}>{t("toSenders")}</Link>}
        >
          <ul className="figures flex flex-wrap gap-2">
            {senders.map((sender) => (
              <li key={sender.id} className="rounded-md border border-line px-2 py-1 font-medium">
                {formatPhoneNumber(sender.address, country)}
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}

function StateNotice({ carrier }: { carrier: Carrier }) {
  const t = useTranslations("carriers");
  const ago = useAgo();
  const { state, last_error } = carrier.status;
  if (!carrier.enabled) return <Notice tone="neutral">{t("offText")}</Notice>;
  if (last_error && isFailing(carrier)) {
    return (
      <Notice
        tone="bad"
        title={t("errorTitle", { when: ago(last_error.at) })}
        action={
          <ButtonLink size="small" to={paths.carrier(carrier.id, { tab: "settings" })}>
            {t("toSettings")}
          </ButtonLink>
        }
      >
        <p className="break-words">{last_error.message}</p>
      </Notice>
    );
  }
  if (state === "unknown") return <Notice tone="neutral">{t("unknownText")}</Notice>;
  if (!last_error) return null;
  return <Notice tone="neutral">{t("errorPast", { when: ago(last_error.at), error: last_error.message })}</Notice>;
}
