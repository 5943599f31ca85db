import { Compass } from "lucide-react";
import { useTranslations } from "use-intl";
import { paths } from "../paths.ts";
import { DocumentTitle } from "./document-title.tsx";
import { ButtonLink } from "./link.tsx";

/** Shown for an unknown address, or one whose resource was deleted. */
export function NotFoundPage() {
  const t = useTranslations("frame");
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-20 text-center">
      <DocumentTitle>{t("notFoundTitle")}</DocumentTitle>
      <span className="grid size-10 place-items-center rounded-lg bg-sunken text-soft">
        <Compass className="size-5" aria-hidden />
      </span>
      <h1 className="text-lg" tabIndex={-1} data-page-title>
        {t("notFoundTitle")}
      </h1>
      <p className="max-w-md text-soft">{t("notFoundText")}</p>
      <ButtonLink to={paths.home()} kind="primary">
        {t("toHome")}
      </ButtonLink>
    </div>
  );
}
