import { useTranslations } from "use-intl";
import { Link } from "../../components/link.tsx";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";

/** Phones and mailbox are separate pages, so this is navigation and not tabs within a page. */
export function SandboxTabs({ open }: { open: "phones" | "mailbox" }) {
  const t = useTranslations("sandbox");
  return (
    <nav aria-label={t("title")} className="mb-4 flex gap-1 border-b border-line">
      {(["phones", "mailbox"] as const).map((page) => (
        <Link
          key={page}
          bare
          to={page === "phones" ? paths.sandbox() : paths.sandboxMailbox()}
          aria-current={page === open ? "page" : undefined}
          className={classes(
            "-mb-px flex h-9 items-center border-b-2 px-2.5 font-medium",
            page === open ? "border-accent text-ink" : "border-transparent text-soft hover:text-ink",
          )}
        >
          {t(page)}
        </Link>
      ))}
    </nav>
  );
}
