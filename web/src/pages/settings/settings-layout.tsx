import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { Link } from "../../components/link.tsx";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";

const sections = [
  { name: "workspace", path: paths.workspaceSettings(), permission: "workspace:read" },
  { name: "people", path: paths.people(), permission: "people:read" },
  { name: "senders", path: paths.senders(), permission: "senders:read" },
  { name: "carriers", path: paths.carriers(), permission: "sms-setup:write" },
  { name: "subscriptionTypes", path: paths.subscriptionTypes(), permission: "consent:read" },
  { name: "retention", path: paths.retention(), permission: "workspace:read" },
  { name: "apiKeys", path: paths.apiKeys(), permission: "api-keys:write" },
  { name: "webhooks", path: paths.webhooks(), permission: "workspace:write" },
  { name: "audit", path: paths.audit(), permission: "audit:read" },
] as const;

/** The sections of the settings beside the one that is open. */
export function SettingsLayout() {
  const t = useTranslations("settings");
  const may = useMay();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const here = pathname === paths.settings() ? paths.workspaceSettings() : pathname;
  const isOpen = (path: string) => here === path || here.startsWith(`${path}/`);
  const nav = useScrolledTo(here);
  return (
    <div className="grid gap-x-8 gap-y-5 lg:grid-cols-[11rem_minmax(0,1fr)]">
      <nav ref={nav} aria-label={t("title")} className="-mx-4 overflow-x-auto px-4 lg:mx-0 lg:px-0">
        <p className="mb-2 hidden px-2 text-sm font-medium text-faint lg:block">{t("title")}</p>
        <ul className="flex w-max gap-1 pr-4 lg:w-auto lg:flex-col lg:gap-0.5 lg:pr-0">
          {sections
            .filter((section) => may(section.permission))
            .map((section) => (
              <li key={section.name}>
                <Link
                  bare
                  to={section.path}
                  aria-current={isOpen(section.path) ? "page" : undefined}
                  className={classes(
                    "flex h-8 items-center rounded-md px-2.5 font-medium whitespace-nowrap",
                    isOpen(section.path) ? "bg-selected text-accent-ink" : "text-soft hover:bg-hover hover:text-ink",
                  )}
                >
                  {t(`sections.${section.name}`)}
                </Link>
              </li>
            ))}
        </ul>
      </nav>
      <div className="min-w-0">
        <Outlet />
      </div>
    </div>
  );
}

/** Where the sections do not all fit beside each other, the open one is in sight. */
function useScrolledTo(here: string) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const open = nav.current?.querySelector('[aria-current="page"]')?.getBoundingClientRect();
    const frame = nav.current?.getBoundingClientRect();
    if (open && frame) nav.current?.scrollBy({ left: open.left + open.width / 2 - (frame.left + frame.width / 2) });
  }, [here]);
  return nav;
}
