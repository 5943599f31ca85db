/** Lists that are loaded a page at a time: this file requests the next page, however the rows are drawn. */
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { useTranslations } from "use-intl";
import { useExplain } from "../lib/explain.ts";
import { Button } from "../ui/button.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { Table, type TableProps } from "../ui/table.tsx";

/** The parts of useInfiniteQuery's result that a list needs. */
export type Paged<T> = UseInfiniteQueryResult<{ pages: { items: T[] }[] }>;

function useRows<T>({ data }: Paged<T>): T[] | undefined {
  return useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
}

/** A table of the rows loaded so far; the next page is loaded on scrolling near the end, or by a button. */
export function PagedTable<T extends object>({
  found,
  ...table
}: { found: Paged<T> } & Omit<TableProps<T>, "rows" | "outdated" | "failure" | "onNearEnd">) {
  const explain = useExplain();
  const rows = useRows(found);
  const failure = found.error && { message: explain(found.error), onRetry: () => void found.refetch() };
  const fetchNext = () => {
    if (found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage();
  };
  return (
    <>
      <Table {...table} rows={rows} outdated={found.isPlaceholderData} failure={failure} onNearEnd={fetchNext} />
      <ShowMore found={found} bordered />
    </>
  );
}

/** Any other list of the rows loaded so far: a skeleton while loading, the failure, or the empty state. */
export function PagedList<T>({
  found,
  empty,
  bordered = false,
  children,
}: {
  found: Paged<T>;
  empty: ReactNode;
  /** In a panel, whose lines reach its edges. */
  bordered?: boolean;
  children: (rows: T[]) => ReactNode;
}) {
  const ui = useTranslations("ui");
  const explain = useExplain();
  const rows = useRows(found);
  if (found.error && !rows) return <ErrorState message={explain(found.error)} onRetry={() => void found.refetch()} />;
  if (!rows) {
    return (
      <div role="status" className="flex flex-col gap-3 p-4">
        <span className="sr-only">{ui("loading")}</span>
        <Skeleton className="h-4 w-1/3" />
        <Skeleton className="h-4 w-2/3" />
      </div>
    );
  }
  return (
    <>
      {rows.length === 0 ? empty : children(rows)}
      <ShowMore found={found} bordered={bordered} />
    </>
  );
}

/** Nothing after the last page. A page can be empty although there are more: a rare match is searched for a part at a time. */
function ShowMore<T>({ found, bordered }: { found: Paged<T>; bordered: boolean }) {
  const t = useTranslations("ui");
  if (!found.hasNextPage) return null;
  return (
    <div className={bordered ? "border-t border-line p-2 text-center" : "mt-4 text-center"}>
      <Button kind="quiet" busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
        {t("showMore")}
      </Button>
    </div>
  );
}
