import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { MayOnly } from "../../components/may-only.tsx";
import { contactName } from "../../lib/contact-name.ts";
import { useExplain } from "../../lib/explain.ts";
import { useGo, useParam } from "../../lib/location.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { ContactForm } from "./contact-form.tsx";

/** Edits the fields of an existing contact. */
export function EditContactPage() {
  return (
    <MayOnly permission="contacts:write">
      <EditContact />
    </MayOnly>
  );
}

function EditContact() {
  const t = useTranslations("contacts");
  const explain = useExplain();
  const go = useGo();
  const id = useParam("id");
  const { country } = useWorkspace();
  const { data: contact, error, refetch } = useQuery(query("contacts", "get", { params: { id } }));
  const update = useCall("contacts", "update");
  if (error) return <ErrorState message={explain(error)} onRetry={() => void refetch()} />;
  if (!contact) return <PageSkeleton />;
  const name = contactName(contact, country).name ?? t("unnamed");
  return (
    <div className="max-w-2xl">
      <DocumentTitle>{t("editTitle", { name })}</DocumentTitle>
      <PageHeader title={t("editTitle", { name })} above={<Link to={paths.contact(id)}>{name}</Link>} />
      <Panel>
        <ContactForm
          key={contact.id}
          contact={contact}
          save={(body) => update.mutateAsync({ params: { id }, body })}
          onSaved={() => {
            toast(t("saved"));
            go(paths.contact(id));
          }}
          cancel={paths.contact(id)}
        />
      </Panel>
    </div>
  );
}
