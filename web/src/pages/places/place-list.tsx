import { Archive, ArchiveRestore, type LucideIcon, Pencil, Plus } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { DocumentTitle } from "../../components/document-title.tsx";
import { type Paged, PagedTable } from "../../components/paged.tsx";
import { RowMenu } from "../../components/row-menu.tsx";
import { useDebounced } from "../../lib/debounced.ts";
import { useExplain } from "../../lib/explain.ts";
import { useFilters } from "../../lib/location.ts";
import { useMay } from "../../lib/session.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Input } from "../../ui/field.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";

export type PlaceKind = "service" | "location" | "resource";

/** What services, locations and resources have in common. */
interface Place {
  id: string;
  name: string;
  archived_at: string | null;
}

/** The filters of a list in its URL, and what to ask the API for. */
export function usePlaceFilters() {
  const [filters, setFilters] = useFilters({ query: "", archived: "" });
  const query = useDebounced(filters.query, 150) || undefined;
  const archived = filters.archived === "true" ? ("true" as const) : undefined;
  return { filters, setFilters, asked: { query, archived, limit: 50 } };
}

/** One kind of what bookings are made of: found by name, added and changed in a dialog, archived and brought back. */
export function PlaceList<P extends Place>({
  kind,
  icon,
  title,
  found,
  filters: { filters, setFilters },
  columns,
  more,
  dialog,
  archive,
  restore,
}: {
  kind: PlaceKind;
  icon: LucideIcon;
  title: string;
  found: Paged<P>;
  filters: ReturnType<typeof usePlaceFilters>;
  /** Those after the name. */
  columns: readonly Column<P>[];
  /** Further actions of a place, in its menu. */
  more?: (place: P) => ReactNode;
  /** Changes the place, or adds one. */
  dialog: (place: P | null, onClose: () => void) => ReactNode;
  archive: (id: string) => Promise<unknown>;
  restore: (id: string) => Promise<unknown>;
}) {
  const t = useTranslations("places");
  const explain = useExplain();
  const changeable = useMay()("bookings:write");
  const [editing, setEditing] = useState<P | "new" | null>(null);
  const [archiving, setArchiving] = useState<P | null>(null);
  const add = changeable ? (
    <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => setEditing("new")}>
      {t(`${kind}.new`)}
    </Button>
  ) : null;

  const all = useMemo<Column<P>[]>(() => {
    const bringBack = async ({ id, name }: P) => {
      try {
        await restore(id);
        toast(t("restored", { name }));
      } catch (error) {
        toast(explain(error), "bad");
      }
    };
    const name: Column<P> = {
      id: "name",
      header: t("name"),
      cell: (place) => (
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium break-words">
          {place.name}
          {place.archived_at ? <Badge icon={Archive}>{t("archivedBadge")}</Badge> : null}
        </span>
      ),
    };
    const actions: Column<P> = {
      id: "actions",
      header: t("actions"),
      headerHidden: true,
      align: "right",
      width: "w-12",
      cell: (place) => (
        <RowMenu name={place.name}>
          <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setEditing(place)}>
            {t("edit")}
          </MenuItem>
          {more?.(place)}
          {place.archived_at ? (
            <MenuItem icon={<ArchiveRestore aria-hidden />} onSelect={() => void bringBack(place)}>
              {t("restore")}
            </MenuItem>
          ) : (
            <MenuItem icon={<Archive aria-hidden />} onSelect={() => setArchiving(place)}>
              {t("archive")}
            </MenuItem>
          )}
        </RowMenu>
      ),
    };
    return [name, ...columns, ...(changeable ? [actions] : [])];
  }, [t, explain, restore, columns, more, changeable]);

  return (
    <>
      <DocumentTitle>{title}</DocumentTitle>
      <PageHeader title={title} description={t(`${kind}.text`)} action={add} />
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Input
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          className="max-w-72"
          value={filters.query}
          onChange={(query) => setFilters({ query })}
        />
        <Checkbox
          label={t("showArchived")}
          checked={filters.archived === "true"}
          onChange={(checked) => setFilters({ archived: checked ? "true" : "" })}
        />
      </div>
      <Panel flush>
        <PagedTable
          label={title}
          rowId={({ id }) => id}
          onOpen={changeable ? setEditing : undefined}
          found={found}
          columns={all}
          empty={
            filters.query ? (
              <EmptyState icon={icon} title={t("noMatch", { query: filters.query })} />
            ) : (
              <EmptyState icon={icon} title={t(`${kind}.none`)} action={add}>
                {t(`${kind}.noneText`)}
              </EmptyState>
            )
          }
        />
      </Panel>
      {editing === null ? null : dialog(editing === "new" ? null : editing, () => setEditing(null))}
      {archiving ? (
        <ConfirmDialog
          open
          kind="primary"
          onOpenChange={(open) => !open && setArchiving(null)}
          title={t("archiveTitle", { name: archiving.name })}
          confirm={t("archiveNow")}
          explain={explain}
          onConfirm={async () => {
            await archive(archiving.id);
            toast(t("archived", { name: archiving.name }));
          }}
        >
          {t("archiveText")}
        </ConfirmDialog>
      ) : null}
    </>
  );
}
