import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { Bell, CircleAlert, X } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { paths } from "../../paths.ts";
import { buttonLooks, IconButton } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { useAlertWords } from "../alert-words.ts";
import { Link } from "../link.tsx";

const useSummary = () => useQuery(query("alerts", "summary")).data;

/** The link to the alerts, with how many the person has not seen yet. */
export function AlertBell() {
  const t = useTranslations("alerts");
  const summary = useSummary();
  const unseen = summary?.unseen ?? 0;
  const label = t("bell", { count: unseen });
  return (
    <Link
      bare
      to={paths.alerts()}
      aria-label={label}
      title={label}
      className={classes(buttonLooks("quiet"), "relative w-8 px-0")}
    >
      <Bell aria-hidden />
      {unseen > 0 ? (
        <span
          aria-hidden
          className="figures absolute -top-0.5 -right-0.5 grid h-4 min-w-4 place-items-center rounded-full bg-bad-fill px-1 text-[0.6875rem] leading-none font-semibold text-white"
        >
          {unseen > 9 ? "9+" : unseen}
        </span>
      ) : (summary?.open ?? 0) > 0 ? (
        <span
          aria-hidden
          className={classes(
            "absolute top-1 right-1 size-2 rounded-full ring-2 ring-canvas",
            summary?.critical.length ? "bg-bad" : "bg-warn",
          )}
        />
      ) : null}
    </Link>
  );
}

/** A critical alert is shown above every page until it is resolved or hidden. */
export function AlertBanner() {
  const t = useTranslations("alerts");
  const words = useAlertWords();
  const summary = useSummary();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const isThere = useRouterState({ select: (state) => state.location.pathname === paths.alerts() });
  const critical = (summary?.critical ?? []).filter((alert) => !hidden.has(alert.id));
  const [first, ...others] = isThere ? [] : critical;
  return (
    <div role="status" className="empty:hidden">
      {first ? (
        <div className="flex items-start gap-2 border-b border-line bg-bad-soft py-1.5 pr-2 pl-3 text-sm text-bad-ink md:pr-5 md:pl-6">
          <CircleAlert className="mt-1 size-4 shrink-0" aria-hidden />
          <p className="min-w-0 flex-1 py-0.5 break-words">
            <span className="sr-only">{t("banner")}: </span>
            <span className="font-medium">{words(first).title}</span>
            {others.length > 0 ? ` ${t("more", { count: others.length })}` : null}{" "}
            <Link bare to={paths.alerts()} className="ml-1.5 rounded-sm font-medium whitespace-nowrap underline">
              {t("see")}
            </Link>
          </p>
          <IconButton
            label={t("hide")}
            size="small"
            className="text-bad-ink"
            onClick={() => setHidden(new Set([...hidden, ...critical.map((alert) => alert.id)]))}
          >
            <X aria-hidden />
          </IconButton>
        </div>
      ) : null}
    </div>
  );
}
