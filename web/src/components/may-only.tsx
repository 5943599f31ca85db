import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Permission } from "../../../contract/permissions.ts";
import { useMay, useWorkspace } from "../lib/session.ts";
import { DocumentTitle } from "./document-title.tsx";

/** A page for people with a permission; others read whom to ask, before they have filled in what cannot be saved. */
export function MayOnly({ permission, children }: { permission: Permission; children: ReactNode }) {
  const may = useMay();
  return may(permission) ? children : <Forbidden />;
}

function Forbidden() {
  const t = useTranslations("frame");
  const { name } = useWorkspace();
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-20 text-center">
      <DocumentTitle>{t("forbiddenTitle")}</DocumentTitle>
      <span className="grid size-10 place-items-center rounded-lg bg-sunken text-soft">
        <Lock className="size-5" aria-hidden />
      </span>
      <h1 className="text-lg" tabIndex={-1} data-page-title>
        {t("forbiddenTitle")}
      </h1>
      <p className="max-w-md text-soft">{t("forbiddenText", { workspace: name })}</p>
    </div>
  );
}
