import { Plus } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslations } from "use-intl";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink } from "../../components/link.tsx";
import { QuotaPanel } from "../../components/quota-panel.tsx";
import { useMay, useSession } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { NextSteps } from "./next-steps.tsx";
import { RecentCampaigns } from "./recent-campaigns.tsx";

/** The bookings come after the first view: most of what draws them is needed for nothing else of it. */
const Today = lazy(async () => ({ default: (await import("./today.tsx")).Today }));
const GoesOutNext = lazy(async () => ({ default: (await import("./goes-out-next.tsx")).GoesOutNext }));

/** The first page: what to do next, today's bookings, what happened last, what goes out next, and what is left of the month's segments. */
export function HomePage() {
  const t = useTranslations("home");
  const may = useMay();
  const { user } = useSession();
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader
        title={t("greeting", { name: user.name.split(/\s+/)[0] ?? user.name })}
        action={
          may("campaigns:write") ? (
            <ButtonLink kind="primary" to={paths.newCampaign()} icon={<Plus aria-hidden />}>
              {t("newCampaign")}
            </ButtonLink>
          ) : null
        }
      />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-5">
          {may("campaigns:write") && may("contacts:write") ? <NextSteps /> : null}
          {may("bookings:read") ? (
            <Suspense>
              <Today />
            </Suspense>
          ) : null}
          {may("campaigns:read") ? <RecentCampaigns /> : null}
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          {may("subscription:read") ? <QuotaPanel /> : null}
          {may("bookings:read") ? (
            <Suspense>
              <GoesOutNext />
            </Suspense>
          ) : null}
        </div>
      </div>
    </>
  );
}
