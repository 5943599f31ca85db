import { Ellipsis } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";

/** The actions of one row of a table. */
export function RowMenu({ name, children }: { name: string; children: ReactNode }) {
  const t = useTranslations("ui");
  return (
    <Menu
      trigger={
        <IconButton label={t("actionsFor", { name })} size="small">
          <Ellipsis aria-hidden />
        </IconButton>
      }
    >
      {children}
    </Menu>
  );
}
