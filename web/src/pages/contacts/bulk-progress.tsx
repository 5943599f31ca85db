import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState } from "react";
import { useNow, useTranslations } from "use-intl";
import type { BulkChange } from "../../../../contract/bulk-changes.ts";
import { query } from "../../api/queries.ts";
import { ButtonLink } from "../../components/link.tsx";
import { useSession } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { IconButton } from "../../ui/button.tsx";
import { Progress } from "../../ui/figures.tsx";
import { Notice } from "../../ui/notice.tsx";
import { CampaignToList } from "../lists/campaign-to-list.tsx";

/** How long the result of a change is shown to who comes back, in ms. */
const shownFor = 10 * 60_000;

/** Those that somebody closed, until the page is loaded again. */
const closed = new Set<string>();

/**
 * The bulk changes that are under way, with their figures, and the result of one's own that ended last, if that was just now. On a
 * list's page those that are under way with this list.
 */
export function BulkProgress({ ofList }: { ofList?: string }) {
  const { user } = useSession();
  const [, setClosed] = useState(0);
  const now = useNow({ updateInterval: 60_000 });
  const { data } = useQuery(query("contacts", "bulkChanges", { query: { limit: 20 } }));
  const changes = data?.items ?? [];
  const running = changes.filter(
    ({ status, list }) => status === "running" && (ofList === undefined || list?.id === ofList),
  );
  const last = ofList === undefined ? latestOf(changes, user.name) : undefined;
  const isShown =
    last?.finished_at && !closed.has(last.id) && now.getTime() - new Date(last.finished_at).getTime() < shownFor;
  const close = (id: string) => {
    closed.add(id);
    setClosed(closed.size);
  };
  return (
    <div role="status" className="flex flex-col gap-2 not-empty:mb-3">
      {running.map((change) => (
        <Running key={change.id} change={change} />
      ))}
      {last && isShown ? <Ended key={last.id} change={last} onClose={() => close(last.id)} /> : null}
    </div>
  );
}

function latestOf(changes: readonly BulkChange[], name: string): BulkChange | undefined {
  return changes
    .filter(({ finished_at, created_by }) => finished_at !== null && created_by === name)
    .sort((a, b) => (a.finished_at ?? "").localeCompare(b.finished_at ?? ""))
    .at(-1);
}

function Running({ change }: { change: BulkChange }) {
  const t = useTranslations("contacts.bulk");
  const ui = useTranslations("ui");
  const { done, of } = change;
  const title = t(`doing.${change.action}`, { list: change.list?.name ?? "" });
  return (
    <Notice tone="info" title={title}>
      <p className="figures mb-1.5 flex flex-wrap justify-between gap-x-3">
        <span>{of === null ? t("counting") : ui("ofCount", { part: done, whole: of })}</span>
        <span className="text-soft">{t("leave")}</span>
      </p>
      <Progress label={title} value={of === null ? undefined : done} max={of ?? 1} />
    </Notice>
  );
}

function Ended({ change, onClose }: { change: BulkChange; onClose: () => void }) {
  const t = useTranslations("contacts.bulk");
  const ui = useTranslations("ui");
  const { list, changed, failed_count } = change;
  const failed = change.status === "failed";
  return (
    <Notice
      tone={failed ? "bad" : "good"}
      title={
        failed
          ? t("stopped", { count: changed })
          : t(`did.${change.action}`, { count: changed, list: list?.name ?? "" })
      }
      action={
        <span className="flex flex-wrap items-center gap-2">
          {change.action === "add_to_list" && list && !failed ? (
            <>
              <ButtonLink size="small" to={paths.list(list.id)}>
                {t("openList")}
              </ButtonLink>
              <CampaignToList list={list} size="small" />
            </>
          ) : null}
          <IconButton size="small" label={ui("close")} onClick={onClose}>
            <X aria-hidden />
          </IconButton>
        </span>
      }
    >
      {failed_count > 0 ? t("gone", { count: failed_count }) : null}
    </Notice>
  );
}
