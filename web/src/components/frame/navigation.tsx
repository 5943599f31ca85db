import { useRouterState } from "@tanstack/react-router";
import { useId } from "react";
import { useTranslations } from "use-intl";
import { useMay } from "../../lib/session.ts";
import { classes } from "../../ui/classes.ts";
import { Link } from "../link.tsx";
import { pages } from "./pages.ts";
import { WorkspaceSwitcher } from "./workspace-switcher.tsx";

/** The left column: the workspace and its pages. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const t = useTranslations("frame");
  const id = useId();
  const may = useMay();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const entry = (page: (typeof pages)[number]) => {
    const here =
      page.path === "/"
        ? pathname === "/"
        : [page.path, ...(page.also ?? [])].some((path) => pathname.startsWith(path));
    return (
      <li key={page.name}>
        <Link
          bare
          to={page.path}
          onClick={onNavigate}
          aria-current={here ? "page" : undefined}
          className={classes(
            "flex h-8 items-center gap-2.5 rounded-md px-2 font-medium [&_svg]:size-4",
            here ? "bg-selected text-accent-ink" : "text-soft hover:bg-hover hover:text-ink",
          )}
        >
          <page.icon aria-hidden />
          {t(page.name)}
        </Link>
      </li>
    );
  };
  const visible = pages.filter((page) => may(page.permission));
  const listed = visible
    .filter((page) => !page.foot)
    .map((page) =>
      page.under ? (
        <li key={page.name}>
          <p id={`${id}-${page.under}`} className="px-2 pt-3 pb-1 text-xs font-medium text-faint">
            {t(page.under)}
          </p>
          <ul aria-labelledby={`${id}-${page.under}`} className="border-b border-line pb-3">
            {entry(page)}
          </ul>
        </li>
      ) : (
        entry(page)
      ),
    );
  return (
    <div className="flex h-full flex-col gap-3 p-3">
      <WorkspaceSwitcher onNavigate={onNavigate} />
      <nav aria-label={t("navigation")} className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        <ul className="flex flex-1 flex-col gap-0.5">{listed}</ul>
        <ul className="border-t border-line pt-2">{visible.filter((page) => page.foot).map(entry)}</ul>
      </nav>
    </div>
  );
}
