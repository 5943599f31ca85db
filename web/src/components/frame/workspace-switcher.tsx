import { Building2, ChevronsUpDown } from "lucide-react";
import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { useWorkspace } from "../../lib/session.ts";
import { MenuOnDemand, type MenuTrigger } from "./menu-on-demand.tsx";

/** Shows the current workspace and switches to another. */
export function WorkspaceSwitcher({ onNavigate }: { onNavigate?: (() => void) | undefined }) {
  const t = useTranslations("frame");
  const { name } = useWorkspace();
  const load = useCallback(async () => {
    const { WorkspaceSwitcherItems } = await import("./workspace-switcher-items.tsx");
    return ({ trigger }: { trigger: MenuTrigger }) => (
      <WorkspaceSwitcherItems trigger={trigger} onNavigate={onNavigate} />
    );
  }, [onNavigate]);
  return (
    <MenuOnDemand
      load={load}
      trigger={
        <button
          type="button"
          className="flex h-10 w-full items-center gap-2.5 rounded-md px-2 text-left hover:bg-hover"
        >
          <span className="grid size-6 shrink-0 place-items-center rounded-sm bg-accent-soft text-accent-ink">
            <Building2 className="size-4" aria-hidden />
          </span>
          <span className="min-w-0 flex-1 truncate font-semibold">
            <span className="sr-only">{t("switchWorkspace")} </span>
            {name}
          </span>
          <ChevronsUpDown className="size-4 shrink-0 text-faint" aria-hidden />
        </button>
      }
    />
  );
}
