import { useInfiniteQuery } from "@tanstack/react-query";
import { Mail, Paperclip } from "lucide-react";
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
              description={[
                `${t("from")} ${mail.from}`,
                `${t("to")} ${mail.to}`,
                ...(mail.reply_to === null ? [] : [`${t("mailReplyTo")} ${mail.reply_to}`]),
              ].join(" · ")}
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
              {mail.html === null ? null : (
                <details className="mt-3">
                  <summary className="cursor-pointer font-medium">{t("mailHtml")}</summary>
                  {/* Without scripts, forms and links to follow: the mail of a stranger's template. */}
                  <iframe
                    sandbox=""
                    srcDoc={mail.html}
                    title={t("mailHtmlOf", { subject: mail.subject })}
                    className="mt-2 h-96 w-full rounded border border-line bg-white"
                  />
                </details>
              )}
              {mail.attachments.length === 0 ? null : (
                <ul aria-label={t("mailAttachments")} className="mt-3 flex flex-col gap-1 text-sm text-soft">
                  {mail.attachments.map(({ name, type, size }, index) => (
                    <li key={index} className="flex items-center gap-2 break-all">
                      <Paperclip aria-hidden className="size-4 shrink-0" />
                      {`${name} · ${type} · ${format.number(size, { style: "unit", unit: "byte", unitDisplay: "long" })}`}
                    </li>
                  ))}
                </ul>
              )}
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
