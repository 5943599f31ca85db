import { useQueryClient } from "@tanstack/react-query";
import { Gauge, LogOut, UserRound } from "lucide-react";
import { useTranslations } from "use-intl";
import { authenticate } from "../../api/auth.ts";
import { useExplain } from "../../lib/explain.ts";
import { useLanguage } from "../../lib/language-provider.tsx";
import { useGo } from "../../lib/location.ts";
import { useMay, useSession } from "../../lib/session.ts";
import { chooseTheme, themes, useTheme } from "../../lib/theme.ts";
import { languageNames, languages } from "../../locales/languages.ts";
import { paths } from "../../paths.ts";
import { Menu, MenuChoice, MenuItem, MenuLine } from "../../ui/menu.tsx";
import { toast } from "../../ui/toast.tsx";
import type { MenuTrigger } from "./menu-on-demand.tsx";

/** The menu of the person, open. */
export function UserMenuItems({ trigger }: { trigger: MenuTrigger }) {
  const t = useTranslations("frame");
  const explain = useExplain();
  const { user } = useSession();
  const may = useMay();
  const client = useQueryClient();
  const go = useGo();
  const { language, choose } = useLanguage();
  const theme = useTheme();
  const signOut = async () => {
    try {
      await authenticate("signOut", {});
      client.clear();
      go(paths.signIn());
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  return (
    <Menu className="w-60" opened trigger={trigger}>
      <div className="px-2 pt-1.5 pb-2">
        <p className="truncate font-medium">{user.name}</p>
        <p className="truncate text-sm text-faint">{user.email}</p>
      </div>
      <MenuLine />
      <MenuItem icon={<UserRound aria-hidden />} onSelect={() => go(paths.account())}>
        {t("myAccount")}
      </MenuItem>
      {may("subscription:read") ? (
        <MenuItem icon={<Gauge aria-hidden />} onSelect={() => go(paths.subscription())}>
          {t("subscription")}
        </MenuItem>
      ) : null}
      <MenuLine />
      <MenuChoice
        label={t("language")}
        value={language}
        onChange={choose}
        options={languages.map((value) => ({ value, label: <span lang={value}>{languageNames[value]}</span> }))}
      />
      <MenuLine />
      <MenuChoice
        label={t("theme")}
        value={theme}
        onChange={chooseTheme}
        options={themes.map((value) => ({ value, label: t(`themes.${value}`) }))}
      />
      <MenuLine />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => void signOut()}>
        {t("signOut")}
      </MenuItem>
    </Menu>
  );
}
