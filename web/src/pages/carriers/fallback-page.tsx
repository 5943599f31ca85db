import { useQuery } from "@tanstack/react-query";
import { Plus, Route } from "lucide-react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { paths } from "../../paths.ts";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState, ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { CarriersTabs } from "./carriers-tabs.tsx";
import { FallbackForm } from "./fallback-form.tsx";

/** The fallback carriers of a sender's own carrier, by the recipient's country. */
export function FallbackPage() {
  const t = useTranslations("carriers");
  return (
    <>
      <DocumentTitle>{`${t("title")} · ${t("tabs.fallback")}`}</DocumentTitle>
      <PageHeader title={t("title")} description={t("text")} />
      <CarriersTabs open="fallback" />
      <Fallback />
    </>
  );
}

function Fallback() {
  const t = useTranslations("carriers");
  const explain = useExplain();
  const carriers = useQuery(query("carriers", "list"));
  const routes = useQuery(query("carriers", "routes"));
  const failed = [carriers, routes].find(({ error, data }) => error && !data);
  if (failed) return <ErrorState message={explain(failed.error)} onRetry={() => void failed.refetch()} />;
  if (!carriers.data || !routes.data) return <PageSkeleton />;
  if (carriers.data.items.length < 2 && routes.data.items.length === 0) {
    return (
      <Panel>
        <EmptyState
          icon={Route}
          title={t("fallbackEmptyTitle")}
          action={
            <ButtonLink kind="primary" to={paths.newCarrier()} icon={<Plus aria-hidden />}>
              {t("add")}
            </ButtonLink>
          }
        >
          {t("fallbackEmptyText")}
        </EmptyState>
      </Panel>
    );
  }
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      <Notice>
        <p>{t("fallbackRule")}</p>
        <p className="mt-1">{t("fallbackAllowed")}</p>
      </Notice>
      <Panel title={t("fallbackTitle")} description={t("fallbackText")}>
        <FallbackForm carriers={carriers.data.items} routes={routes.data.items} />
      </Panel>
    </div>
  );
}
