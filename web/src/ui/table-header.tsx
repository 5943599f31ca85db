import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { useTranslations } from "use-intl";
import { classes } from "./classes.ts";

/** The head of a column, which sorts where the column can be sorted by. */
export function HeaderCell({
  column,
  sort,
  onSort,
  className,
}: {
  column: { header: string; sort?: string | undefined; headerHidden?: boolean | undefined };
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
  className: string;
}) {
  const t = useTranslations("ui");
  const key = column.sort;
  const direction = key === undefined ? null : sort === key ? "ascending" : sort === `-${key}` ? "descending" : "none";
  const Icon = direction === "ascending" ? ArrowUp : direction === "descending" ? ArrowDown : ChevronsUpDown;
  return (
    <th
      scope="col"
      aria-sort={direction ?? undefined}
      className={classes("h-9 font-medium whitespace-nowrap", className)}
    >
      {key !== undefined && onSort ? (
        <button
          type="button"
          className="-mx-1 inline-flex items-center gap-1 rounded-sm px-1 hover:text-ink"
          title={t("sortBy", { column: column.header })}
          onClick={() => onSort(sort === key ? `-${key}` : key)}
        >
          {column.header}
          <Icon className={classes("size-3.5", direction === "none" && "text-faint")} aria-hidden />
        </button>
      ) : (
        <span className={column.headerHidden ? "sr-only" : undefined}>{column.header}</span>
      )}
    </th>
  );
}
