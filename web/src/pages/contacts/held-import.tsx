import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { HeldKind, ImportTotals } from "../../../../contract/contacts.ts";
import { ApiError } from "../../api/api-error.ts";
import { call } from "../../api/client.ts";
import { query, refresh, useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useGo } from "../../lib/location.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { Progress } from "../../ui/figures.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";
import { HeldRows } from "./held-rows.tsx";

const kinds = ["new", "known", "twice", "landline", "rejected", "warning"] as const satisfies readonly HeldKind[];
const totalOf = (totals: ImportTotals, kind: HeldKind) => totals[kind === "warning" ? "warnings" : kind];

/** What an import would do before it is started: totals that expand, and the buttons to start it or give it up. */
export function HeldImport({
  id,
  giveUpLabel,
  onGivenUp,
}: {
  id: string;
  giveUpLabel: string;
  /** Called when it is gone, or was never held. */
  onGivenUp: () => void;
}) {
  const t = useTranslations("contacts.held");
  const result = useTranslations("contacts.importResult");
  const explain = useExplain();
  const go = useGo();
  const may = useMay()("contacts:write");
  const [open, setOpen] = useState<HeldKind | null>(null);
  const start = useCall("contacts", "startHeldImport", { onError: (failure) => toast(explain(failure), "bad") });
  const client = useQueryClient();
  const giveUp = useMutation({
    mutationFn: () => call("contacts", "giveUpImport", { params: { id } }),
    onSuccess: () => {
      onGivenUp();
      void refresh(client, "contacts");
    },
    onError: (failure) => toast(explain(failure), "bad"),
  });
  const { data, error } = useQuery({
    ...query("contacts", "getImport", { params: { id } }),
    // An import that was just given up is not fetched again.
    enabled: !giveUp.isPending && !giveUp.isSuccess,
    // Live updates bring most changes at once; this is for when the connection is lost.
    refetchInterval: ({ state }) => (state.data?.status === "held" || state.data?.status === "failed" ? false : 1000),
  });
  // Started here or by another user, its progress is shown.
  const started = data?.status === "running" || data?.status === "done";
  useEffect(() => {
    if (started) go(paths.import(id));
  }, [started, id, go]);

  // Another user gave it up, so what is shown here is of no use.
  const gone = error instanceof ApiError && error.status === 404;
  if (error && (gone || !data))
    return (
      <Notice tone="bad" action={gone ? <Button onClick={onGivenUp}>{giveUpLabel}</Button> : null}>
        {explain(error)}
      </Notice>
    );
  if (data?.error)
    return (
      <Notice tone="bad" action={<Button onClick={onGivenUp}>{giveUpLabel}</Button>}>
        {result(`faults.${data.error.code}`)}
      </Notice>
    );
  const { totals } = data ?? {};
  if (!totals)
    return (
      <Panel title={t("title")}>
        <div role="status" className="flex flex-col gap-2">
          <Progress label={t("checking")} />
          <p className="text-soft">{t("checking")}</p>
        </div>
        {may && data?.status === "checking" ? (
          <Button busy={giveUp.isPending} onClick={() => giveUp.mutate()}>
            {giveUpLabel}
          </Button>
        ) : null}
      </Panel>
    );
  const people = totals.new + totals.known;
  return (
    <Panel title={t("title")} description={t("text")}>
      <div className="flex flex-col gap-4">
        <Totals totals={totals} open={open} onOpen={setOpen} />
        {open ? <HeldRows key={open} id={id} fileName={data?.file_name ?? null} kind={open} /> : null}
        <p className="text-soft">{people === 0 ? t("nobody") : t("consents", { count: totals.consents })}</p>
        {may ? (
          <div className="flex flex-wrap gap-2">
            {people === 0 ? null : (
              <Button
                kind="primary"
                busy={start.isPending || started}
                onClick={() => {
                  setOpen(null);
                  start.mutate({ params: { id } });
                }}
              >
                {t("import", { count: people })}
              </Button>
            )}
            <Button
              busy={giveUp.isPending}
              onClick={() => {
                setOpen(null);
                giveUp.mutate();
              }}
            >
              {giveUpLabel}
            </Button>
          </div>
        ) : null}
      </div>
    </Panel>
  );
}

/** One figure each; those above zero expand. */
function Totals({
  totals,
  open,
  onOpen,
}: {
  totals: ImportTotals;
  open: HeldKind | null;
  onOpen: (kind: HeldKind | null) => void;
}) {
  const t = useTranslations("contacts.held");
  const format = useFormatter();
  return (
    <ul className="grid grid-cols-2 gap-2 sm:grid-cols-3 lg:grid-cols-6">
      {kinds.map((kind) => {
        const total = totalOf(totals, kind);
        return (
          <li key={kind}>
            <button
              type="button"
              disabled={total === 0}
              aria-expanded={total === 0 ? undefined : open === kind}
              onClick={() => onOpen(open === kind ? null : kind)}
              className={classes(
                "flex w-full flex-col rounded-md border px-3 py-2 text-left",
                open === kind ? "border-accent bg-selected" : "border-line",
                total > 0 && open !== kind && "hover:bg-hover",
              )}
            >
              <span className={classes("figures text-xl font-semibold", total === 0 && "text-soft")}>
                {format.number(total)}
              </span>
              <span className="text-sm text-soft">{t(`kinds.${kind}`)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
