import { useTranslations } from "use-intl";
import { Link } from "../../components/link.tsx";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";

const pages = { carriers: paths.carriers(), fallback: paths.carrierFallback() };

/** Connections and their order of fallback: separate pages, so this is navigation. */
export function CarriersTabs({ open }: { open: keyof typeof pages }) {
  const t = useTranslations("carriers");
  return (
    <nav aria-label={t("title")} className="mb-4 flex gap-1 border-b border-line">
      {(["carriers", "fallback"] as const).map((page) => (
        <Link
          key={page}
          bare
          to={pages[page]}
          aria-current={page === open ? "page" : undefined}
          className={classes(
            "-mb-px flex h-9 items-center border-b-2 px-2.5 font-medium",
            page === open ? "border-accent text-ink" : "border-transparent text-soft hover:text-ink",
          )}
        >
          {t(`tabs.${page}`)}
        </Link>
      ))}
    </nav>
  );
}
