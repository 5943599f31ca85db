import { Bandage } from "lucide-react";
import { useTranslations } from "use-intl";
import { ApiError } from "../api/api-error.ts";
import { Button } from "../ui/button.tsx";
import { NotFoundPage } from "./not-found-page.tsx";

/** Replaces a page that fails to render or to load. */
export function CrashPage({ error }: { error: unknown }) {
  const t = useTranslations("frame");
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />;
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-6 py-20 text-center">
      <span className="grid size-10 place-items-center rounded-lg bg-bad-soft text-bad-ink">
        <Bandage className="size-5" aria-hidden />
      </span>
      <h1 className="text-lg" tabIndex={-1} data-page-title>
        {t("crashTitle")}
      </h1>
      <p className="max-w-md text-soft">{t("crashText")}</p>
      {error instanceof Error ? (
        <code className="max-w-full text-sm break-words text-faint">{error.message}</code>
      ) : null}
      <Button kind="primary" onClick={() => window.location.reload()}>
        {t("reload")}
      </Button>
    </div>
  );
}
