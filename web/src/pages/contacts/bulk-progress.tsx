import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type ReactNode, useState } from "react";
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
 * The bulk changes that are under way, with their figures, and one's own that ended just now, with their result; on a list's page
 * only those of this list.
 */
export function BulkProgress({ ofList }: { ofList?: string }) {
  const { user } = useSession();
  const t = useTranslations("contacts.bulk");
  const [, setClosed] = useState(0);
  const now = useNow({ updateInterval: 60_000 });
  const { data } = useQuery(query("contacts", "bulkChanges", { query: { limit: 5 } }));
  const shown = (data?.items ?? []).filter(
    ({ id, finished_at, list, created_by }) =>
      !closed.has(id) &&
      (ofList === undefined || list?.id === ofList) &&
      (finished_at === null ||
        (created_by === user.name && now.getTime() - new Date(finished_at).getTime() < shownFor)),
  );
  if (shown.length === 0) return null;
  const close = (id: string) => {
    closed.add(id);
    setClosed(closed.size);
  };
  return (
    <div role="status" className="mb-3 flex flex-col gap-2">
      {shown.map((change) =>
        change.status === "running" ? (
          <Running key={change.id} change={change} />
        ) : (
          <Ended key={change.id} change={change} onClose={() => close(change.id)}>
            {change.list && ofList === undefined ? (
              <>
                <ButtonLink size="small" to={paths.list(change.list.id)}>
                  {t("openList")}
                </ButtonLink>
                <CampaignToList list={change.list} size="small" />
              </>
            ) : null}
          </Ended>
        ),
      )}
    </div>
  );
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

function Ended({
  change,
  onClose,
  children,
}: {
  change: BulkChange;
  onClose: () => void;
  /** What to do with the list. */
  children: ReactNode;
}) {
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
          {change.action === "add_to_list" && !failed ? children : null}
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
