import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "use-intl";
import { chooseWorkspace } from "../../api/workspace-choice.ts";
import { useGo } from "../../lib/location.ts";
import { useSession } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Menu, MenuChoice, MenuItem, MenuLine } from "../../ui/menu.tsx";
import type { MenuTrigger } from "./menu-on-demand.tsx";

/** The menu of the workspaces, open. */
export function WorkspaceSwitcherItems({
  trigger,
  onNavigate,
}: {
  trigger: MenuTrigger;
  onNavigate?: (() => void) | undefined;
}) {
  const t = useTranslations("frame");
  const session = useSession();
  const client = useQueryClient();
  const go = useGo();
  const change = (id: string) => {
    if (id === session.workspace?.id) return;
    chooseWorkspace(id);
    // Nothing of the previous workspace may be shown in the next one, not even for a moment.
    client.clear();
    onNavigate?.();
    go(paths.home());
  };
  return (
    <Menu align="start" className="w-56" opened trigger={trigger}>
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
