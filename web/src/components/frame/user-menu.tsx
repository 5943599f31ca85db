import { useTranslations } from "use-intl";
import { useSession } from "../../lib/session.ts";
import { MenuOnDemand } from "./menu-on-demand.tsx";

const loadItems = async () => (await import("./user-menu-items.tsx")).UserMenuItems;

/** What belongs to the person and not to the page: account, subscription, language, theme, and sign-out. */
export function UserMenu() {
  const t = useTranslations("frame");
  const { user } = useSession();
  const initials = user.name
    .split(/\s+/)
    .map((part) => part[0]?.toLocaleUpperCase() ?? "")
    .join("");
  return (
    <MenuOnDemand
      load={loadItems}
      trigger={
        <button
          type="button"
          className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-ink hover:bg-selected"
        >
          <span aria-hidden>{initials.slice(0, 2)}</span>
          <span className="sr-only">{t("account", { name: user.name })}</span>
        </button>
      }
    />
  );
}
