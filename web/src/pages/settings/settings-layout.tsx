import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { type SettingsSection, settingsSections } from "../../components/frame/pages.ts";
import { Link } from "../../components/link.tsx";
import { MayOnly } from "../../components/may-only.tsx";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";

/** The sections of the settings next to the open one. */
export function SettingsLayout() {
  const t = useTranslations("settings");
  const sections = useTranslations("frame.sections");
  const groups = useTranslations("frame.sectionGroups");
  const may = useMay();
  const shown: readonly SettingsSection[] = settingsSections.filter(({ permission }) => may(permission));
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const here = pathname === paths.settings() ? paths.workspaceSettings() : pathname;
  const isOpen = (path: string) => here === path || here.startsWith(`${path}/`);
  const section = settingsSections.find(({ path }) => isOpen(path));
  const nav = useScrolledTo(here);
  return (
    <div className="grid gap-x-8 gap-y-5 lg:grid-cols-[11rem_minmax(0,1fr)]">
      <nav ref={nav} aria-label={t("title")} className="-mx-4 overflow-x-auto px-4 lg:mx-0 lg:px-0">
        <p className="mb-2 hidden px-2 text-sm font-medium text-faint lg:block">{t("title")}</p>
        <ul className="flex w-max gap-1 pr-4 lg:w-auto lg:flex-col lg:gap-0.5 lg:pr-0">
          {shown.map(({ name, path, group }, index) => (
            <li key={name}>
              {group && shown[index - 1]?.group !== group ? (
                <p className="mt-4 mb-1 hidden px-2.5 text-sm font-medium text-faint lg:block">{groups(group)}</p>
              ) : null}
              <Link
                bare
                to={path}
                aria-current={isOpen(path) ? "page" : undefined}
                className={classes(
                  "flex min-h-8 items-center rounded-md px-2.5 py-1 font-medium whitespace-nowrap lg:whitespace-normal",
                  isOpen(path) ? "bg-selected text-accent-ink" : "text-soft hover:bg-hover hover:text-ink",
                )}
              >
                {sections(name)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-w-0">
        {section ? (
          <MayOnly permission={section.permission}>
            <Outlet />
          </MayOnly>
        ) : (
          <Outlet />
        )}
      </div>
    </div>
  );
}

/** Scrolls the open section into view where the row is wider than the screen. */
function useScrolledTo(here: string) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const open = nav.current?.querySelector('[aria-current="page"]')?.getBoundingClientRect();
    const frame = nav.current?.getBoundingClientRect();
    if (open && frame) nav.current?.scrollBy({ left: open.left + open.width / 2 - (frame.left + frame.width / 2) });
  }, [here]);
  return nav;
}
