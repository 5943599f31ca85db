import { useQueryClient } from "@tanstack/react-query";
import { Building2, ChevronsUpDown, Plus } from "lucide-react";
import { useTranslations } from "use-intl";
import { chooseWorkspace } from "../../api/workspace-choice.ts";
import { useGo } from "../../lib/location.ts";
import { useSession } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Menu, MenuChoice, MenuItem, MenuLine } from "../../ui/menu.tsx";

/** Shows the current workspace and switches to another. */
export function WorkspaceSwitcher({ onNavigate }: { onNavigate?: (() => void) | undefined }) {
  const t = useTranslations("frame");
  const session = useSession();
  const client = useQueryClient();
  const go = useGo();
  const name = session.workspace?.name ?? "";
  const change = (id: string) => {
    if (id === session.workspace?.id) return;
    chooseWorkspace(id);
    // Nothing of the previous workspace may be shown in the next one, not even for a moment.
    client.clear();
    onNavigate?.();
    go(paths.home());
  };
  return (
    <Menu
      align="start"
      className="w-56"
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
    >
      <MenuChoice
        label={t("workspace")}
        value={session.workspace?.id ?? ""}
        onChange={change}
        options={session.workspaces.map((workspace) => ({ value: workspace.id, label: workspace.name }))}
      />
      {session.role === "super_admin" ? (
        <>
          <MenuLine />
          <MenuItem
            icon={<Plus aria-hidden />}
            onSelect={() => {
              onNavigate?.();
              go(paths.newWorkspace());
            }}
          >
            {t("newWorkspace")}
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}
