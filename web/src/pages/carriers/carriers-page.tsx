import { useQuery } from "@tanstack/react-query";
import { Cable, Plus, Star } from "lucide-react";
import { useMemo } from "react";
import { useTranslations } from "use-intl";
import type { Carrier } from "../../../../contract/carriers.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { useAgo } from "../../lib/ago.ts";
import { useExplain } from "../../lib/explain.ts";
import { useGo } from "../../lib/location.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { CarrierMenu } from "./carrier-menu.tsx";
import { CarrierState, isFailing, stateInterval, useCarrierFigures } from "./carrier-state.tsx";
import { CarriersTabs } from "./carriers-tabs.tsx";
import { useCarrierActions } from "./use-carrier-actions.tsx";

/** A null carrier is the sandbox, which is always the last row. */
interface Row {
  carrier: Carrier | null;
  senders: readonly { id: string; address: string }[];
}

/** The connections to carriers, their status, and their senders. */
export function CarriersPage() {
  const t = useTranslations("carriers");
  const explain = useExplain();
  const go = useGo();
  const actions = useCarrierActions();
  const carriers = useQuery({ ...query("carriers", "list"), refetchInterval: stateInterval });
  const senders = useQuery(query("senders", "list"));
  const columns = useColumns(actions);
  const rows = useMemo<Row[] | undefined>(() => {
    if (!carriers.data || !senders.data) return undefined;
    const sandbox = senders.data.items.filter((sender) => sender.carrier_id === null);
    return [
      ...carriers.data.items.map((carrier) => ({ carrier, senders: carrier.senders })),
      { carrier: null, senders: sandbox },
    ];
  }, [carriers.data, senders.data]);
  const failed = [carriers, senders].find(({ error }) => error);
  const addButton = (
    <ButtonLink kind="primary" to={paths.newCarrier()} icon={<Plus aria-hidden />}>
      {t("add")}
    </ButtonLink>
  );
  const isEmpty = carriers.data?.items.length === 0;
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader title={t("title")} description={t("text")} action={isEmpty ? null : addButton} />
      <CarriersTabs open="carriers" />
      <div className="flex flex-col gap-5">
        {isEmpty ? (
          <Panel>
            <EmptyState icon={Cable} title={t("emptyTitle")} action={addButton}>
              {t("emptyText")}
            </EmptyState>
          </Panel>
        ) : null}
        <Panel flush>
          <Table
            label={t("title")}
            columns={columns}
            rows={rows}
            rowId={({ carrier }) => carrier?.id ?? "sandbox"}
            onOpen={({ carrier }) => go(carrier ? paths.carrier(carrier.id) : paths.sandbox())}
            empty={null}
            failure={failed?.error && { message: explain(failed.error), onRetry: () => void failed.refetch() }}
          />
        </Panel>
      </div>
      {actions.dialogs}
    </>
  );
}

function useColumns(actions: ReturnType<typeof useCarrierActions>): Column<Row>[] {
  const t = useTranslations("carriers");
  const figures = useCarrierFigures();
  const { country } = useWorkspace();
  return [
    {
      id: "name",
      header: t("name"),
      cell: ({ carrier }) => (
        <div className="py-0.5">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Link to={carrier ? paths.carrier(carrier.id) : paths.sandbox()} className="break-words">
              {carrier?.name ?? t("sandbox")}
            </Link>
            {carrier?.is_default ? (
              <Badge tone="accent" icon={Star}>
                {t("default")}
              </Badge>
            ) : null}
          </p>
          <p className="text-sm text-soft">{carrier ? t(`kinds.${carrier.kind}`) : t("builtIn")}</p>
        </div>
      ),
    },
    { id: "state", header: t("state"), cell: ({ carrier }) => <StateCell carrier={carrier} /> },
    {
      id: "rate",
      header: t("rateNow"),
      align: "right",
      secondary: true,
      cell: ({ carrier }) => (carrier ? figures.rate(carrier.status) : "–"),
    },
    {
      id: "backlog",
      header: t("backlog"),
      align: "right",
      secondary: true,
      cell: ({ carrier }) => (carrier ? figures.backlog(carrier.status) : "–"),
    },
    {
      id: "senders",
      header: t("senders"),
      secondary: true,
      cell: ({ senders }) => {
        if (senders.length === 0) return <span className="text-faint">{t("noSenders")}</span>;
        return (
          <span className="figures">
            {senders
              .slice(0, 2)
              .map((sender) => formatPhoneNumber(sender.address, country))
              .join(", ")}
            {senders.length > 2 ? (
              <span className="text-soft"> + {t("more", { count: senders.length - 2 })}</span>
            ) : null}
          </span>
        );
      },
    },
    {
      id: "actions",
      header: t("actions"),
      headerHidden: true,
      align: "right",
      width: "w-12",
      cell: ({ carrier }) => (carrier ? <CarrierMenu carrier={carrier} actions={actions} /> : null),
    },
  ];
}

function StateCell({ carrier }: { carrier: Carrier | null }) {
  const t = useTranslations("carriers");
  const ago = useAgo();
  if (!carrier) return <CarrierState state="ready" />;
  const { state, bound, wanted, last_error } = carrier.status;
  return (
    <div className="flex flex-col items-start gap-0.5 py-0.5">
      <CarrierState state={state} />
      {carrier.enabled && wanted > 0 ? (
        <p className="figures text-sm text-soft">{t("bound", { bound, wanted })}</p>
      ) : null}
      {isFailing(carrier) && last_error ? (
        <p className="line-clamp-2 max-w-72 text-sm break-words text-bad-ink">
          {t("lastError", { when: ago(last_error.at), error: last_error.message })}
        </p>
      ) : null}
    </div>
  );
}
