import { useInfiniteQuery } from "@tanstack/react-query";
import { Mail } from "lucide-react";
import { Fragment } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { items, pages } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { useDebounced } from "../../lib/debounced.ts";
import { useExplain } from "../../lib/explain.ts";
import { useFilters } from "../../lib/location.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { SandboxTabs } from "./sandbox-tabs.tsx";

/** Splits a mail's text at its links, so that they are clickable. */
export function linked(text: string): { text: string; href: string | null }[] {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .filter((piece) => piece !== "")
    .map((piece) => ({ text: piece, href: /^https?:\/\//.test(piece) ? piece : null }));
}

/** Mails that were not sent through a relay: invitations and password resets of a trial installation. */
export function MailboxPage() {
  const t = useTranslations("sandbox");
  const ui = useTranslations("ui");
  const format = useFormatter();
  const explain = useExplain();
  const [filters, setFilters] = useFilters({ to: "" });
  const to = useDebounced(filters.to, 250);
  const mails = useInfiniteQuery(pages("sandbox", "mailbox", { query: { to: to || undefined, limit: 50 } }));
  const shown = mails.data ? items(mails.data) : undefined;
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader title={t("title")} description={t("description")} />
      <SandboxTabs open="mailbox" />
      <Input
        type="search"
        aria-label={t("mailTo")}
        placeholder={t("mailTo")}
        className="mb-3 max-w-72"
        value={filters.to}
        onChange={(value) => setFilters({ to: value })}
      />
      {mails.error ? <ErrorState message={explain(mails.error)} onRetry={() => void mails.refetch()} /> : null}
      {shown === undefined && !mails.error ? <Skeleton className="h-40 w-full" /> : null}
      {shown?.length === 0 ? (
        <Panel>
          <EmptyState icon={Mail} title={t("mailEmpty")}>
            {t("mailEmptyText")}
          </EmptyState>
        </Panel>
      ) : null}
      <ul className="flex flex-col gap-3">
        {shown?.map((mail) => (
          <li key={mail.id}>
            <Panel
              title={mail.subject}
              description={`${t("from")} ${mail.from} · ${t("to")} ${mail.to}`}
              action={
                <time className="figures text-sm text-soft" dateTime={mail.at}>
                  {format.dateTime(new Date(mail.at), { dateStyle: "medium", timeStyle: "short" })}
                </time>
              }
            >
              <p className="max-w-2xl break-words whitespace-pre-wrap">
                {linked(mail.text).map((piece, index) => (
                  // Pieces have no identity other than their position.
                  <Fragment key={index}>
                    {piece.href ? (
                      <a href={piece.href} className="font-medium break-all text-accent-ink underline">
                        {piece.text}
                      </a>
                    ) : (
                      piece.text
                    )}
                  </Fragment>
                ))}
              </p>
            </Panel>
          </li>
        ))}
      </ul>
      {mails.hasNextPage ? (
        <div className="mt-3 text-center">
          <Button kind="quiet" busy={mails.isFetchingNextPage} onClick={() => void mails.fetchNextPage()}>
            {ui("showMore")}
          </Button>
        </div>
      ) : null}
    </>
  );
}
