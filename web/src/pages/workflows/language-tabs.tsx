import { Languages, Trash2 } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../ui/button.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { textLanguages } from "./text-languages.ts";
import { useLanguageName } from "./use-wording.ts";

/** The main text and its variants: a tab each once there is one, and a menu that adds another. */
export function LanguageTabs({
  used,
  onAdd,
  onRemove,
  shown,
  onShow,
  wrong,
  children,
}: {
  /** The languages or locales of the variants. */
  used: readonly string[];
  onAdd: (language: string) => void;
  onRemove: (language: string) => void;
  /** Empty for the main text. */
  shown: string;
  onShow: (language: string) => void;
  /** The variant that a failed save is about: it is shown. */
  wrong: string | undefined;
  children: ReactNode;
}) {
  const t = useTranslations("workflows.languages");
  const languageName = useLanguageName();
  useEffect(() => {
    if (wrong !== undefined) onShow(wrong);
    // oxlint-disable-next-line react/exhaustive-deps -- once for each failure
  }, [wrong]);
  const free = textLanguages.filter((language) => !used.includes(language));
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <Menu
          align="start"
          className="max-h-72"
          trigger={
            <Button size="small" kind="quiet" icon={<Languages aria-hidden />}>
              {t("add")}
            </Button>
          }
        >
          {free.map((language) => (
            <MenuItem
              key={language}
              onSelect={() => {
                onAdd(language);
                onShow(language);
              }}
            >
              {languageName(language)}
            </MenuItem>
          ))}
        </Menu>
        {shown === "" ? null : (
          <Button
            size="small"
            kind="quiet"
            icon={<Trash2 aria-hidden />}
            onClick={() => {
              onShow("");
              onRemove(shown);
            }}
          >
            {t("remove", { language: languageName(shown) })}
          </Button>
        )}
      </div>
      {used.length > 0 ? (
        <Tabs
          label={t("title")}
          value={shown || main}
          onChange={(tab) => onShow(tab === main ? "" : tab)}
          tabs={[
            { value: main, label: t("main") },
            ...used.map((language) => ({ value: language, label: languageName(language) })),
          ]}
        >
          {shown === "" ? <p className="mb-3 text-sm text-faint">{t("mainHint")}</p> : null}
          {children}
        </Tabs>
      ) : (
        children
      )}
    </div>
  );
}

/** The tab of the main text: a tab's value may not be empty. */
const main = "main";
