import {
  type ColumnDef,
  type RowSelectionState,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";
import { Checkbox } from "./choice.tsx";
import { classes } from "./classes.ts";
import { ErrorState, Skeleton } from "./states.tsx";
import { HeaderCell } from "./table-header.tsx";

const features = tableFeatures({ rowSelectionFeature });

export interface Column<T> {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** Figures are aligned at the right, under each other. */
  align?: "right";
  /** The value of `sort` that this column's header sets; without it the header is plain text. */
  sort?: string;
  /** Hidden on narrow screens. */
  secondary?: boolean;
  /** The header is for screen readers only. For columns of buttons. */
  headerHidden?: boolean;
  /** Tailwind width, like "w-40". */
  width?: string;
}

export interface TableProps<T> {
  /** What the table is a list of, for screen readers. */
  label: string;
  columns: readonly Column<T>[];
  /** The rows loaded so far, or undefined while the first are loading. */
  rows: readonly T[] | undefined;
  /** Whether other rows are on their way, and these are those of before. */
  outdated?: boolean;
  rowId: (row: T) => string;
  /** What Enter or a click on a row does. The first column should be a link to the same place. */
  onOpen?: (row: T) => void;
  /** `name` or `-name`, as the API spells it. */
  sort?: string;
  onSort?: (sort: string) => void;
  selection?: {
    ids: ReadonlySet<string>;
    onChange: (ids: ReadonlySet<string>) => void;
    /** Names a row for its checkbox. */
    name: (row: T) => string;
    /** Buttons for what can be done with the selected rows. */
    actions?: ReactNode;
    /** In place of how many are selected, where rows that are not loaded are selected too. */
    count?: ReactNode;
    /** Next to the count, once all loaded rows are selected: the offer to select the others too. */
    beyond?: ReactNode;
  };
  /** Called on scrolling near the end of a long table. */
  onNearEnd?: () => void;
  empty: ReactNode;
  /** Why the rows could not be loaded, in the reader's language. */
  failure?: { message: string; onRetry: () => void } | null;
}

/** Above this many rows only those near the screen are in the document. */
const virtualFrom = 100;
const rowHeight = 41;

/**
 * A table of any length. Up and Down move between the rows, Enter opens, Space selects, Shift selects a range, Home and End jump.
 * The server sorts: the table only reports which column was chosen.
 */
export function Table<T extends object>(props: TableProps<T>) {
  const { columns, rows, rowId, selection, onNearEnd } = props;
  const t = useTranslations("ui");
  const body = useRef<HTMLTableSectionElement>(null);
  const [active, setActive] = useState(0);
  const anchor = useRef<number | null>(null);

  const defs = useMemo<ColumnDef<typeof features, T>[]>(
    () => columns.map(({ id, header }) => ({ id, header })),
    [columns],
  );
  const data = useMemo(() => [...(rows ?? [])], [rows]);
  const rowSelection = useMemo<RowSelectionState>(
    () => Object.fromEntries([...(selection?.ids ?? [])].map((id) => [id, true as const])),
    [selection?.ids],
  );
  const table = useTable({
    features,
    columns: defs,
    data,
    getRowId: rowId,
    state: { rowSelection },
    enableRowSelection: selection !== undefined,
    onRowSelectionChange: (updater) => {
      const next = typeof updater === "function" ? updater(rowSelection) : updater;
      selection?.onChange(new Set(Object.keys(next)));
    },
  });
  const shown = table.getRowModel().rows;

  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (body.current) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: shown.length,
    estimateSize: () => rowHeight,
    overscan: 20,
    scrollMargin: top,
    enabled: shown.length > virtualFrom,
  });
  const virtual = shown.length > virtualFrom ? virtualizer.getVirtualItems() : null;
  const first = virtual ? (virtual[0]?.index ?? 0) : 0;
  const last = virtual ? (virtual.at(-1)?.index ?? -1) : shown.length - 1;
  const before = virtual ? (virtual[0]?.start ?? top) - top : 0;
  const after = virtual ? virtualizer.getTotalSize() - ((virtual.at(-1)?.end ?? top) - top) : 0;

  const nearEnd = shown.length > 0 && last >= shown.length - 20 && virtual !== null;
  useEffect(() => {
    if (nearEnd) onNearEnd?.();
  }, [nearEnd, onNearEnd]);

  // A row that is not in the document yet is focused as soon as it is; until then keys already act on it.
  const awaited = useRef<number | null>(null);
  const focusIfDrawn = (index: number) => {
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${index}"]`);
    row?.focus();
    awaited.current = row ? null : index;
  };
  useLayoutEffect(() => {
    if (awaited.current !== null) focusIfDrawn(awaited.current);
  });
  const focusRow = (index: number) => {
    const to = Math.max(0, Math.min(shown.length - 1, index));
    setActive(to);
    focusIfDrawn(to);
    if (awaited.current !== null) virtualizer.scrollToIndex(to);
  };
  const selectRange = (to: number, on: boolean, range: boolean) => {
    if (!selection) return;
    const from = range && anchor.current !== null ? anchor.current : to;
    const ids = new Set(selection.ids);
    for (let index = Math.min(from, to); index <= Math.max(from, to); index++) {
      const id = shown[index]?.id;
      if (id === undefined) continue;
      if (on) ids.add(id);
      else ids.delete(id);
    }
    anchor.current = to;
    selection.onChange(ids);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>, focused: number) => {
    if (event.target !== event.currentTarget) return;
    const index = awaited.current ?? focused;
    const row = shown[index];
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to !== undefined) focusRow(to);
    else if (event.key === "Enter" && row && props.onOpen) props.onOpen(row.original);
    else if (event.key === " " && row && selection) selectRange(index, !selection.ids.has(row.id), event.shiftKey);
    else return;
    event.preventDefault();
  };

  if (props.failure && !rows) return <ErrorState message={props.failure.message} onRetry={props.failure.onRetry} />;
  if (rows && rows.length === 0) return props.empty;

  const cellClass = (column: Column<T>) =>
    classes(
      "px-3 first:pl-4 last:pr-4",
      column.align === "right" ? "text-right" : "text-left",
      column.secondary && "max-md:hidden",
      column.width,
    );
  const interactive = props.onOpen !== undefined || selection !== undefined;
  return (
    <div>
      {selection && selection.ids.size > 0 ? (
        <div className="flex min-h-11 flex-wrap items-center gap-2 border-b border-line bg-selected px-4 py-1.5">
          <span className="figures font-medium" role="status">
            {selection.count ?? t("selected", { count: selection.ids.size })}
          </span>
          {shown.length > 0 && table.getIsAllRowsSelected() ? selection.beyond : null}
          {selection.actions}
          <Button kind="quiet" size="small" onClick={() => selection.onChange(new Set())}>
            {t("clearSelection")}
          </Button>
        </div>
      ) : null}
      <div className="relative overflow-x-auto">
        <table
          className="w-full border-collapse"
          aria-busy={rows === undefined || props.outdated}
          aria-label={props.label}
        >
          <thead>
            <tr className="border-b border-line text-sm text-soft">
              {selection ? (
                <th scope="col" className="w-10 pl-4">
                  <Checkbox
                    label={t("selectAll")}
                    labelHidden
                    checked={
                      shown.length > 0 && table.getIsAllRowsSelected() ? true : selection.ids.size > 0 ? "some" : false
                    }
                    onChange={(on) => table.toggleAllRowsSelected(on)}
                  />
                </th>
              ) : null}
              {columns.map((column) => (
                <HeaderCell
                  key={column.id}
                  column={column}
                  sort={props.sort}
                  onSort={props.onSort}
                  className={cellClass(column)}
                />
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {rows === undefined
              ? Array.from({ length: 8 }, (_, index) => (
                  // These rows are all alike.
                  <tr key={index} className="h-10 border-b border-line last:border-0">
                    {selection ? <td className="w-10" /> : null}
                    {columns.map((column) => (
                      <td key={column.id} className={cellClass(column)}>
                        <Skeleton className="h-3.5 w-3/4" />
                      </td>
                    ))}
                  </tr>
                ))
              : null}
            {before > 0 ? <Spacer height={before} span={columns.length + 1} /> : null}
            {shown.slice(first, last + 1).map((row, offset) => {
              const index = first + offset;
              const selected = selection?.ids.has(row.id) ?? false;
              return (
                <tr
                  key={row.id}
                  data-row={index}
                  tabIndex={interactive ? (index === active ? 0 : -1) : undefined}
                  onFocus={(event) => event.target === event.currentTarget && setActive(index)}
                  onKeyDown={interactive ? (event) => onKeyDown(event, index) : undefined}
                  onClick={(event) => {
                    const target = event.target as HTMLElement;
                    if (target.closest("a,button,input,label,[role=menuitem]")) return;
                    if (window.getSelection()?.toString()) return;
                    props.onOpen?.(row.original);
                  }}
                  aria-selected={selection ? selected : undefined}
                  className={classes(
                    "h-10 border-b border-line last:border-0 focus-visible:-outline-offset-2",
                    selected ? "bg-selected" : interactive && "hover:bg-hover",
                    props.onOpen && "cursor-pointer",
                  )}
                >
                  {selection ? (
                    <td className="w-10 pl-4">
                      <Checkbox
                        label={t("selectRow", { name: selection.name(row.original) })}
                        labelHidden
                        checked={selected}
                        onChange={(on, event) => selectRange(index, on, event.shiftKey)}
                      />
                    </td>
                  ) : null}
                  {/* Called, not rendered as components: columns that are made anew would be others, and close the menus in their cells. */}
                  {columns.map((column) => (
                    <td key={column.id} className={classes("py-1.5", cellClass(column))}>
                      {column.cell(row.original)}
                    </td>
                  ))}
                </tr>
              );
            })}
            {after > 0 ? <Spacer height={after} span={columns.length + 1} /> : null}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** The height of the rows that are not in the document. */
function Spacer({ height, span }: { height: number; span: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={span} className="p-0" style={{ height }} />
    </tr>
  );
}
