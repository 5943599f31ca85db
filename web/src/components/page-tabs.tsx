import { classes } from "../ui/classes.ts";
import { Link } from "./link.tsx";

/** Pages that belong together. They have addresses of their own, so this is navigation and not tabs within a page. */
export function PageTabs({
  label,
  pages,
  open,
}: {
  label: string;
  pages: readonly { path: string; label: string }[];
  /** The path of the open one. */
  open: string;
}) {
  return (
    <nav aria-label={label} className="mb-4 flex gap-1 border-b border-line">
      {pages.map(({ path, label: name }) => (
        <Link
          key={path}
          bare
          to={path}
          aria-current={path === open ? "page" : undefined}
          className={classes(
            "-mb-px flex h-9 items-center border-b-2 px-2.5 font-medium",
            path === open ? "border-accent text-ink" : "border-transparent text-soft hover:text-ink",
          )}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
