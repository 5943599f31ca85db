import { useInfiniteQuery } from "@tanstack/react-query";
import {
  Ban,
  CircleCheck,
  CircleX,
  History,
  type LucideIcon,
  MessageSquareOff,
  MessageSquareReply,
  MousePointerClick,
  RotateCcw,
  Send,
} from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { z } from "zod";
import type { TimelineEntry } from "../../../../contract/contacts.ts";
import { items, pages } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { paths } from "../../paths.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { useReason } from "../campaigns/message-status.tsx";

type Entry = z.infer<typeof TimelineEntry>;

const signs: Record<Entry["kind"], { icon: LucideIcon; tone: Tone }> = {
  message_sent: { icon: Send, tone: "neutral" },
  message_skipped: { icon: MessageSquareOff, tone: "warn" },
  message_received: { icon: MessageSquareReply, tone: "info" },
  consent_granted: { icon: CircleCheck, tone: "good" },
  consent_withdrawn: { icon: CircleX, tone: "warn" },
  opted_out: { icon: Ban, tone: "warn" },
  opted_in: { icon: RotateCcw, tone: "good" },
  link_clicked: { icon: MousePointerClick, tone: "info" },
};
const tones: Record<Tone, string> = {
  neutral: "text-soft",
  good: "text-good",
  warn: "text-warn",
  bad: "text-bad",
  info: "text-info",
  accent: "text-accent-ink",
};

/** A contact's SMS history, newest first. */
export function ContactActivity({ id }: { id: string }) {
  const t = useTranslations("contacts");
  const ui = useTranslations("ui");
  const explain = useExplain();
  const timeline = useInfiniteQuery(pages("contacts", "timeline", { params: { id }, query: { limit: 50 } }));
  if (timeline.error) {
    return <ErrorState message={explain(timeline.error)} onRetry={() => void timeline.refetch()} />;
  }
  if (!timeline.data) return <Skeleton className="h-40 w-full" />;
  const entries = items(timeline.data);
  return (
    <Panel>
      {entries.length === 0 ? (
        <EmptyState icon={History} title={t("activity.empty")}>
          {t("activity.emptyText")}
        </EmptyState>
      ) : (
        <ol className="flex flex-col gap-4">
          {entries.map((entry) => (
            <ActivityEntry key={`${entry.kind} ${entry.id}`} entry={entry} />
          ))}
        </ol>
      )}
      {timeline.hasNextPage ? (
        <div className="mt-4 text-center">
          <Button kind="quiet" busy={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
            {ui("showMore")}
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}

function ActivityEntry({ entry }: { entry: Entry }) {
  const t = useTranslations("contacts");
  const format = useFormatter();
  const reasonText = useReason();
  const { icon: Icon, tone } = signs[entry.kind];
  const type = entry.detail ?? "";
  const status = entry.kind === "message_sent" && entry.detail ? (entry.detail as "sent") : null;
  return (
    <li className="flex gap-3">
      <Icon className={`mt-0.5 size-4 shrink-0 ${tones[tone]}`} aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium">{t(`activity.${entry.kind}`, { type })}</span>
          {entry.kind === "message_skipped" && entry.detail ? <Badge>{reasonText(entry.detail)}</Badge> : null}
          {entry.looks_like_opt_out ? <Badge tone="warn">{t("possibleOptOut.title")}</Badge> : null}
          {status ? <Badge>{t.has(`statuses.${status}`) ? t(`statuses.${status}`) : status}</Badge> : null}
          {entry.source?.type === "campaign" && entry.source.id ? (
            <Link to={paths.campaign(entry.source.id)}>{entry.source.name}</Link>
          ) : null}
          <time className="figures ml-auto text-sm text-soft" dateTime={entry.at}>
            {format.dateTime(new Date(entry.at), { dateStyle: "medium", timeStyle: "short" })}
          </time>
        </p>
        {entry.kind === "link_clicked" && entry.detail ? (
          <p className="mt-0.5 max-w-2xl break-all text-soft">{entry.detail}</p>
        ) : null}
        {entry.text ? <p className="mt-0.5 max-w-2xl break-words whitespace-pre-wrap text-soft">{entry.text}</p> : null}
      </div>
    </li>
  );
}
