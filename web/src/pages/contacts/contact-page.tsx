import { useQuery } from "@tanstack/react-query";
import { BellOff, MegaphoneOff, Pencil, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Contact } from "../../../../contract/contacts.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { PossibleOptOut } from "../../components/possible-opt-out.tsx";
import { contactName } from "../../lib/contact-name.ts";
import { useExplain } from "../../lib/explain.ts";
import { useFilters, useGo, useParam } from "../../lib/location.ts";
import { propertyLabel } from "../../lib/property-keys.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { toast } from "../../ui/toast.tsx";
import { ContactActivity } from "./contact-activity.tsx";
import { ContactBookings } from "./contact-bookings.tsx";
import { ContactConsent } from "./contact-consent.tsx";
import { ContactConversation } from "./contact-conversation.tsx";
import { ContactPrivacy } from "./contact-privacy.tsx";
import { ContactStatus } from "./contact-status.tsx";
import { NumberCell } from "./number-cell.tsx";

const tabs = ["conversation", "bookings", "activity", "consent", "details"] as const;
type Tab = (typeof tabs)[number];

/** One contact: whether they can be texted first, then the conversation, activity, consent, and the fields. */
export function ContactPage() {
  const t = useTranslations("contacts");
  const explain = useExplain();
  const go = useGo();
  const may = useMay();
  const id = useParam("id");
  const workspace = useWorkspace();
  const [filters, setFilters] = useFilters({ tab: "" });
  const [deleting, setDeleting] = useState(false);
  const { data: contact, error, refetch } = useQuery(query("contacts", "get", { params: { id } }));
  const remove = useCall("contacts", "remove");
  if (error) return <ErrorState message={explain(error)} onRetry={() => void refetch()} />;
  if (!contact) return <PageSkeleton />;
  const name = contactName(contact, workspace.country).name ?? t("unnamed");
  const shown = tabs.filter(
    (each) => (each !== "conversation" || may("messages:read")) && (each !== "bookings" || may("bookings:read")),
  );
  const tab: Tab = shown.find((known) => known === filters.tab) ?? shown[0] ?? "activity";
  return (
    <>
      <DocumentTitle>{name}</DocumentTitle>
      <PageHeader
        title={name}
        above={<Link to={paths.contacts()}>{t("title")}</Link>}
        status={
          <>
            {contact.marketing ? null : <Badge icon={MegaphoneOff}>{t("notMarketing")}</Badge>}
            {contact.muted ? <Badge icon={BellOff}>{t("muted")}</Badge> : null}
          </>
        }
        description={
          <span className="flex flex-wrap gap-x-4">
            <NumberCell number={contact.mobile} kind={contact.mobile_kind} country={workspace.country} />
            <NumberCell number={contact.phone} kind={contact.phone_kind} country={workspace.country} />
            {contact.email}
          </span>
        }
        action={
          may("contacts:write") ? (
            <>
              <ContactPrivacy contact={contact} name={name} />
              <Button icon={<Trash2 aria-hidden />} onClick={() => setDeleting(true)}>
                {t("delete")}
              </Button>
              <ButtonLink to={paths.contactEdit(id)} kind="primary" icon={<Pencil aria-hidden />}>
                {t("edit")}
              </ButtonLink>
            </>
          ) : null
        }
      />
      <ContactStatus contact={contact} />
      <OptOuts contact={contact} />
      {contact.possible_opt_outs.length > 0 ? (
        <div className="mb-4 flex flex-col gap-2">
          {contact.possible_opt_outs.map((item) => (
            <PossibleOptOut key={item.id} item={item} />
          ))}
        </div>
      ) : null}
      <Tabs
        label={name}
        value={tab}
        onChange={(next) => setFilters({ tab: next })}
        tabs={shown.map((value) => ({ value, label: t(`tabs.${value}`) }))}
      >
        {tab === "conversation" ? <ContactConversation contact={contact} name={name} /> : null}
        {tab === "bookings" ? <ContactBookings contact={contact} /> : null}
        {tab === "activity" ? <ContactActivity id={id} /> : null}
        {tab === "consent" ? <ContactConsent contact={contact} name={name} /> : null}
        {tab === "details" ? <Details contact={contact} /> : null}
      </Tabs>
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={t("deleteTitle", { name })}
        confirm={t("deleteConfirm")}
        explain={explain}
        onConfirm={async () => {
          await remove.mutateAsync({ params: { id } });
          toast(t("deleted", { name }));
          go(paths.contacts(), { replace: true });
        }}
      >
        {t("deleteText")}
      </ConfirmDialog>
    </>
  );
}

/** The opt-outs in force, with their time and source. */
function OptOuts({ contact }: { contact: Contact }) {
  const t = useTranslations("contacts");
  const format = useFormatter();
  const workspace = useWorkspace();
  if (contact.opt_outs.length === 0) return null;
  return (
    <div className="mb-4 flex flex-col gap-2">
      {contact.opt_outs.map((optOut) => {
        const source = optOut.source as "sms";
        return (
          <Notice
            key={`${optOut.number} ${optOut.sender}`}
            tone="warn"
            title={
              optOut.sender
                ? t("optOutTitle", { sender: formatPhoneNumber(optOut.sender, workspace.country) })
                : t("optOutWhole", { workspace: workspace.name })
            }
          >
            <p>
              {t(optOut.sender ? "optOutText" : "optOutWholeText", {
                at: format.dateTime(new Date(optOut.at), { dateStyle: "medium", timeStyle: "short" }),
                source: t.has(`sources.${source}`) ? t(`sources.${source}`) : optOut.source,
              })}
            </p>
            {optOut.evidence ? (
              <p>{optOut.source === "sms" ? t("optOutWords", { words: optOut.evidence }) : optOut.evidence}</p>
            ) : null}
          </Notice>
        );
      })}
    </div>
  );
}

function Details({ contact }: { contact: Contact }) {
  const t = useTranslations("contacts");
  const format = useFormatter();
  const { country } = useWorkspace();
  const lines: [string, ReactNode][] = [
    [t("fields.first_name"), contact.first_name],
    [t("fields.last_name"), contact.last_name],
    [
      t("fields.mobile"),
      <NumberCell key="mobile" number={contact.mobile} kind={contact.mobile_kind} country={country} />,
    ],
    [t("fields.phone"), <NumberCell key="phone" number={contact.phone} kind={contact.phone_kind} country={country} />],
    [t("fields.email"), contact.email],
    [t("fields.locale"), contact.locale],
    [t("fields.time_zone"), contact.time_zone],
    [
      t("fields.lists"),
      contact.lists.length > 0 ? (
        <span key="lists" className="flex flex-wrap gap-x-3">
          {contact.lists.map((list) => (
            <Link key={list.id} to={paths.list(list.id)}>
              {list.name}
            </Link>
          ))}
        </span>
      ) : null,
    ],
    ...Object.entries(contact.properties).map(([key, value]): [string, ReactNode] => [
      propertyLabel(key),
      String(value),
    ]),
    [
      t("fields.created_at"),
      format.dateTime(new Date(contact.created_at), { dateStyle: "medium", timeStyle: "short" }),
    ],
  ];
  return (
    <Panel>
      <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-[12rem_1fr]">
        {lines.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-soft">{label}</dt>
            <dd className="min-w-0 break-words max-sm:-mt-2">{value || "–"}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
