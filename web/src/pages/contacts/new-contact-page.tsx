import { useTranslations } from "use-intl";
import { useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { MayOnly } from "../../components/may-only.tsx";
import { useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";
import { ContactForm } from "./contact-form.tsx";

/** Creates one contact by hand. */
export function NewContactPage() {
  return (
    <MayOnly permission="contacts:write">
      <NewContact />
    </MayOnly>
  );
}

function NewContact() {
  const t = useTranslations("contacts");
  const go = useGo();
  const create = useCall("contacts", "create");
  return (
    <div className="max-w-2xl">
      <DocumentTitle>{t("newTitle")}</DocumentTitle>
      <PageHeader title={t("newTitle")} above={<Link to={paths.contacts()}>{t("title")}</Link>} />
      <Panel>
        <ContactForm
          contact={null}
          save={(body) => create.mutateAsync({ body })}
          onSaved={(contact) => {
            toast(t("saved"));
            go(paths.contact(contact.id));
          }}
          cancel={paths.contacts()}
        />
      </Panel>
    </div>
  );
}
