import { Plus, Upload } from "lucide-react";
import { useTranslations } from "use-intl";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink } from "../../components/link.tsx";
import { PageTabs } from "../../components/page-tabs.tsx";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { PageHeader } from "../../ui/page-header.tsx";

/** The title of the agenda and of the list, which are two views of the bookings. */
export function BookingsHeader({ open }: { open: "agenda" | "list" }) {
  const t = useTranslations("bookings");
  const may = useMay();
  const pages = [
    { path: paths.bookings(), label: t("agenda") },
    { path: paths.bookingList(), label: t("list") },
  ];
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader
        title={t("title")}
        action={
          may("bookings:write") ? (
            <>
              <ButtonLink to={paths.importBookings()} icon={<Upload aria-hidden />}>
                {t("import")}
              </ButtonLink>
              <ButtonLink to={paths.newBooking()} kind="primary" icon={<Plus aria-hidden />}>
                {t("new")}
              </ButtonLink>
            </>
          ) : null
        }
      />
      <PageTabs label={t("title")} pages={pages} open={open === "agenda" ? paths.bookings() : paths.bookingList()} />
    </>
  );
}
