import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import { Fragment, type UIEvent } from "react";
import { useFormatter, useNow, useTranslations } from "use-intl";
import type { Contact } from "../../../../contract/contacts.ts";
import type { Message } from "../../../../contract/messages.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { items, pages, query } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { MessageStatusBadge, useReason } from "../campaigns/message-status.tsx";
import { SendSms } from "./send-sms.tsx";

/** Older texts are loaded when this many pixels are left above. */
const nearTop = 300;

/** The texts to and from a contact, the newest at the bottom as on a phone, and a field to write the next one. */
export function ContactConversation({ contact, name }: { contact: Contact; name: string }) {
  const t = useTranslations("contacts.conversation");
  const explain = useExplain();
  const may = useMay();
  const found = useInfiniteQuery(pages("messages", "list", { query: { contact: contact.id, limit: 30 } }));
  if (found.error && !found.data)
    return <ErrorState message={explain(found.error)} onRetry={() => void found.refetch()} />;
  const texts = found.data ? items(found.data).toReversed() : null;
  const loadOlder = () => {
    if (found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage();
  };
  const onScroll = ({ currentTarget: box }: UIEvent<HTMLElement>) => {
    // Reversed, so that the place is kept when older texts come above, and the newest is in view when one arrives: 0 is the bottom.
    if (box.scrollHeight - box.clientHeight + box.scrollTop < nearTop) loadOlder();
  };
  const latest = texts?.at(-1);
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <Panel flush>
        <section
          aria-label={t("label", { name })}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls is reached by the keyboard
          tabIndex={0}
          className="flex max-h-[32rem] min-h-48 flex-col-reverse overflow-y-auto px-4 py-3"
          onScroll={onScroll}
        >
          {texts === null ? (
            <Skeleton className="h-24 w-2/3" />
          ) : texts.length === 0 ? (
            <EmptyState icon={MessagesSquare} title={t("empty")}>
              {t("emptyText")}
            </EmptyState>
          ) : (
            <div>
              {found.hasNextPage ? (
                <div className="pb-2 text-center">
                  <Button kind="quiet" size="small" busy={found.isFetchingNextPage} onClick={loadOlder}>
                    {t("older")}
                  </Button>
                </div>
              ) : null}
              <Texts texts={texts} />
            </div>
          )}
        </section>
      </Panel>
      {may("messages:send") ? (
        <SendSms
          contact={contact}
          // The number that the conversation is with already.
          lastAddress={latest ? (latest.direction === "inbound" ? latest.to : latest.from) : null}
        />
      ) : null}
    </div>
  );
}

function Texts({ texts }: { texts: readonly Message[] }) {
  const dayOf = useDay();
  const several = new Set(texts.map((text) => (text.direction === "inbound" ? text.to : text.from))).size > 1;
  return (
    <ol aria-live="polite" className="flex flex-col gap-2">
      {texts.map((text, i) => {
        const day = dayOf(text.created_at);
        const before = texts[i - 1];
        return (
          <Fragment key={text.id}>
            {before && dayOf(before.created_at) === day ? null : (
              <li className="my-2 flex items-center gap-3 text-xs font-medium text-soft before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
                {day}
              </li>
            )}
            <Text text={text} several={several} />
          </Fragment>
        );
      })}
    </ol>
  );
}

/** The day of an instant in words. */
function useDay(): (at: string) => string {
  const t = useTranslations("contacts.conversation");
  const format = useFormatter();
  const now = useNow({ updateInterval: 60_000 });
  const plain = (date: Date) => format.dateTime(date, { dateStyle: "full" });
  const yesterday = new Date(now.getTime() - 86_400_000);
  return (at) => {
    const day = plain(new Date(at));
    return day === plain(now) ? t("today") : day === plain(yesterday) ? t("yesterday") : day;
  };
}

function Text({ text, several }: { text: Message; several: boolean }) {
  const t = useTranslations("contacts.conversation");
  const contacts = useTranslations("contacts");
  const format = useFormatter();
  const reasonText = useReason();
  const { country } = useWorkspace();
  const received = text.direction === "inbound";
  const ours = formatPhoneNumber(received ? text.to : text.from, country);
  const keyword = received && text.reason ? (text.reason as "stop") : null;
  return (
    <li className={classes("flex max-w-[85%] flex-col gap-1", received ? "items-start" : "items-end self-end")}>
      <div
        className={classes(
          "max-w-full rounded-2xl px-3 py-2 leading-snug whitespace-pre-wrap [overflow-wrap:anywhere]",
          received ? "rounded-bl-sm border border-line bg-sunken" : "rounded-br-sm bg-accent-soft",
        )}
      >
        {text.text || (
          // A text that was skipped was not filled in.
          <span className="text-soft italic">
            {text.status === "skipped" ? t("withheld") : contacts("possibleOptOut.gone")}
          </span>
        )}
      </div>
      <p
        className={classes(
          "figures flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-soft",
          received ? "" : "justify-end",
        )}
      >
        <time dateTime={text.created_at}>{format.dateTime(new Date(text.created_at), { timeStyle: "short" })}</time>
        {several && ours ? <span>{t(received ? "to" : "from", { sender: ours })}</span> : null}
        <Source source={text.source} />
        {text.not_before ? (
          <span>
            {t("waits", {
              at: format.dateTime(new Date(text.not_before), { dateStyle: "medium", timeStyle: "short" }),
            })}
          </span>
        ) : null}
        {received ? null : <MessageStatusBadge status={text.status} />}
        {!received && text.reason ? <span>{reasonText(text.reason)}</span> : null}
        {keyword && t.has(`keywords.${keyword}`) ? <Badge tone="warn">{t(`keywords.${keyword}`)}</Badge> : null}
      </p>
    </li>
  );
}

/** What a text was sent for, where it was not written by a person: a campaign is linked. */
function Source({ source }: { source: Message["source"] }) {
  const t = useTranslations("contacts.conversation.sources");
  const may = useMay();
  const id = source.type === "campaign" ? source.id : null;
  const campaign = useQuery({
    ...query("campaigns", "get", { params: { id: id ?? "" } }),
    enabled: id !== null && may("campaigns:read"),
    staleTime: 60_000,
  });
  if (id && campaign.data) return <Link to={paths.campaign(id)}>{campaign.data.name}</Link>;
  const type = source.type as "help";
  return t.has(type) ? <span>{t(type)}</span> : null;
}
