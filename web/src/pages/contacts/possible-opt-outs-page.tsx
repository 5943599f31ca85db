import { useInfiniteQuery } from "@tanstack/react-query";
import { MailCheck } from "lucide-react";
import { useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { pages } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { PagedList } from "../../components/paged.tsx";
import { PossibleOptOut } from "../../components/possible-opt-out.tsx";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";

/** Replies that look like a STOP and wait for a decision, oldest first. */
export function PossibleOptOutsPage() {
  const t = useTranslations("contacts");
  const { country } = useWorkspace();
  const found = useInfiniteQuery(pages("tray", "list", { query: { limit: 50 } }));
  const nothing = (
    <Panel>
      <EmptyState icon={MailCheck} title={t("possibleOptOut.empty")}>
        {t("possibleOptOut.emptyText")}
      </EmptyState>
    </Panel>
  );
  return (
    <>
      <DocumentTitle>{t("possibleOptOut.page")}</DocumentTitle>
      <PageHeader
        title={t("possibleOptOut.page")}
        above={<Link to={paths.contacts()}>{t("title")}</Link>}
        description={t("possibleOptOut.pageText")}
      />
      <PagedList found={found} empty={nothing}>
        {(waiting) => (
          <ul className="flex max-w-3xl flex-col gap-3">
            {waiting.map((item) => {
              const number = formatPhoneNumber(item.number, country);
              const from = item.contact ? (
                <Link to={paths.contact(item.contact.id)}>{item.contact.name ?? number}</Link>
              ) : (
                number
              );
              return (
                <li key={item.id}>
                  <PossibleOptOut item={item} from={from} />
                </li>
              );
            })}
          </ul>
        )}
      </PagedList>
    </>
  );
}
