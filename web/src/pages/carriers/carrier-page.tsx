import { useQuery } from "@tanstack/react-query";
import { Power, Send, Star } from "lucide-react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useFilters, useGo, useParam } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { toast } from "../../ui/toast.tsx";
import { CarrierForm } from "./carrier-form.tsx";
import { CarrierMenu } from "./carrier-menu.tsx";
import { CarrierOverview } from "./carrier-overview.tsx";
import { CarrierState, stateInterval } from "./carrier-state.tsx";
import { CarrierTest } from "./carrier-test.tsx";
import { useCarrierActions } from "./use-carrier-actions.tsx";

const tabs = ["overview", "settings", "test"] as const;

/** One connection: its status, its settings, and a test text through it. */
export function CarrierPage() {
  const id = useParam("id");
  const t = useTranslations("carriers");
  const ui = useTranslations("ui");
  const go = useGo();
  const explain = useExplain();
  const [filters, setFilters] = useFilters({ tab: "overview" });
  const actions = useCarrierActions(() => go(paths.carriers(), { replace: true }));
  const { data, error, refetch } = useQuery({
    ...query("carriers", "get", { params: { id } }),
    refetchInterval: stateInterval,
  });
  if (error && !data) {
    return <ErrorState title={t("loadFailed")} message={explain(error)} onRetry={() => void refetch()} />;
  }
  if (!data) return <PageSkeleton />;
  const tab = tabs.find((name) => name === filters.tab) ?? "overview";
  return (
    <>
      <DocumentTitle>{data.name}</DocumentTitle>
      <PageHeader
        title={data.name}
        above={<Link to={paths.carriers()}>{t("title")}</Link>}
        status={
          <>
            <CarrierState state={data.status.state} />
            {data.is_default ? (
              <Badge tone="accent" icon={Star}>
                {t("default")}
              </Badge>
            ) : null}
          </>
        }
        description={
          <span className="break-words">
            {t(`kinds.${data.kind}`)}
            {data.kind === "smpp"
              ? ` · ${data.settings.host}:${data.settings.port}`
              : ` · ${data.settings.account_sid}`}
          </span>
        }
        action={
          <>
            <CarrierMenu carrier={data} actions={actions} />
            {data.enabled ? (
              <ButtonLink kind="primary" to={paths.carrier(id, { tab: "test" })} icon={<Send aria-hidden />}>
                {t("sendTest")}
              </ButtonLink>
            ) : (
              <Button kind="primary" icon={<Power aria-hidden />} onClick={() => actions.switchOn(data)}>
                {t("switchOn")}
              </Button>
            )}
          </>
        }
      />
      <Tabs
        label={t("views")}
        value={tab}
        onChange={(next) => setFilters({ tab: next })}
        tabs={tabs.map((value) => ({ value, label: t(value) }))}
      >
        {tab === "overview" ? <CarrierOverview carrier={data} /> : null}
        {tab === "settings" ? (
          <div className="max-w-2xl">
            <Panel>
              <CarrierForm key={id} kind={data.kind} carrier={data} onSaved={() => toast(ui("saved"))} />
            </Panel>
          </div>
        ) : null}
        {tab === "test" ? <CarrierTest carrier={data} /> : null}
      </Tabs>
      {actions.dialogs}
    </>
  );
}
