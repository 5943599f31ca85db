import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Ban, ListPlus, MegaphoneOff, Plus, Upload, Users } from "lucide-react";
import { useMemo, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { BulkInput } from "../../../../contract/bulk-changes.ts";
import { items, pages, query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { contactName } from "../../lib/contact-name.ts";
import { useDebounced } from "../../lib/debounced.ts";
import { useFilters, useGo } from "../../lib/location.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { BulkProgress } from "./bulk-progress.tsx";
import { NewListFrom } from "./new-list-from.tsx";
import { NumberCell } from "./number-cell.tsx";
import { SelectedContacts } from "./selected-contacts.tsx";

const sorts = ["-created_at", "created_at", "last_name", "-last_name"] as const;
type Sort = (typeof sorts)[number];

/** All contacts of the workspace, to search, sort and put on lists. */
export function ContactsPage() {
  const t = useTranslations("contacts");
  const format = useFormatter();
  const go = useGo();
  const may = useMay();
  const { country } = useWorkspace();
  const [filters, setFilters] = useFilters({ query: "", list: "", sort: "-created_at" });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [naming, setNaming] = useState(false);
  const asked = useDebounced(filters.query, 150);
  const sort = sorts.find((known) => known === filters.sort) ?? "-created_at";

  const lists = useQuery(query("lists", "list", { query: { limit: 200 } }));
  const found = useInfiniteQuery(
    pages("contacts", "list", {
      query: { query: asked || undefined, list: filters.list || undefined, sort, limit: 50 },
    }),
  );
  const tray = useQuery({ ...query("tray", "list", { query: { limit: 1 } }), enabled: may("consent:read") });
  const undecided = (tray.data?.items.length ?? 0) > 0;
  const rows = found.data ? items(found.data) : undefined;
  type Row = NonNullable<typeof rows>[number];
  const total = found.data?.pages[0]?.total;
  const write = may("contacts:write");

  // All whom the filters find, also those that are not loaded, until another filter or another selection is chosen.
  const [allOf, setAllOf] = useState<string | null>(null);
  const filter = { query: asked.trim() || undefined, list: filters.list || undefined };
  const isAll = allOf === JSON.stringify(filter);
  const matching: BulkInput["where"] = filter.query || filter.list ? filter : { all: true };
  const exact = total !== undefined && total <= 10_000 ? total : undefined;
  const counted = useQuery({
    ...query("contacts", "count", { query: filter }),
    enabled: (isAll || naming) && total !== undefined && exact === undefined,
  });
  const matchCount = exact ?? counted.data?.count;
  const unselect = () => {
    setSelected(new Set());
    setAllOf(null);
  };

  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        id: "name",
        header: t("fields.name"),
        sort: "last_name",
        cell: (row) => (
          <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <Link to={paths.contact(row.id)}>{contactName(row, country).name ?? t("unnamed")}</Link>
            {row.opted_out ? (
              <Badge tone="warn" icon={Ban}>
                {t("optedOut")}
              </Badge>
            ) : null}
            {row.marketing ? null : <Badge icon={MegaphoneOff}>{t("notMarketing")}</Badge>}
          </span>
        ),
      },
      {
        id: "mobile",
        header: t("fields.mobile"),
        cell: (row) => <NumberCell number={row.mobile} kind={row.mobile_kind} country={country} />,
      },
      {
        id: "phone",
        header: t("fields.phone"),
        secondary: true,
        cell: (row) => <NumberCell number={row.phone} kind={row.phone_kind} country={country} />,
      },
      { id: "email", header: t("fields.email"), secondary: true, cell: (row) => row.email },
      {
        id: "created",
        header: t("fields.created_at"),
        sort: "created_at",
        secondary: true,
        align: "right",
        cell: (row) => format.dateTime(new Date(row.created_at), { dateStyle: "medium" }),
      },
    ],
    [t, format, country],
  );

  const filtered = filters.query !== "" || filters.list !== "";
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader
        title={t("title")}
        action={
          write ? (
            <>
              <ButtonLink to={paths.newContact()} icon={<Plus aria-hidden />}>
                {t("new")}
              </ButtonLink>
              <ButtonLink to={paths.newImport({ list: filters.list })} kind="primary" icon={<Upload aria-hidden />}>
                {t("import")}
              </ButtonLink>
            </>
          ) : null
        }
      />
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Input
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          className="max-w-72 flex-1 basis-56"
          value={filters.query}
          onChange={(value) => setFilters({ query: value })}
        />
        <Select
          aria-label={t("list")}
          className="max-w-56"
          value={filters.list}
          onChange={(list) => setFilters({ list })}
          options={[
            { value: "", label: t("allLists") },
            ...(lists.data?.items ?? []).map((list) => ({ value: list.id, label: list.name })),
          ]}
        />
        <span className="figures text-soft" role="status">
          {total === undefined ? null : total > 10_000 ? t("countMany") : t("count", { count: total })}
        </span>
        {write && filtered && total ? (
          <Button size="small" icon={<ListPlus aria-hidden />} onClick={() => setNaming(true)}>
            {t("bulk.newListFrom")}
          </Button>
        ) : null}
        <span className="ml-auto flex flex-wrap gap-x-4">
          {undecided ? <Link to={paths.tray()}>{t("possibleOptOut.page")}</Link> : null}
          <Link to={paths.imports()}>{t("imports")}</Link>
        </span>
      </div>
      {naming ? <NewListFrom where={matching} count={matchCount} onClose={() => setNaming(false)} /> : null}
      <BulkProgress />
      <Panel flush>
        <PagedTable
          label={t("title")}
          columns={columns}
          rowId={(row) => row.id}
          onOpen={(row) => go(paths.contact(row.id))}
          sort={sort}
          onSort={(next) => setFilters({ sort: next as Sort })}
          selection={
            write
              ? {
                  ids: selected,
                  onChange: (ids) => {
                    setSelected(ids);
                    setAllOf(null);
                  },
                  name: (row) => contactName(row, country).name ?? t("unnamed"),
                  count: isAll
                    ? t("bulk.allSelected", { count: matchCount === undefined ? "…" : format.number(matchCount) })
                    : undefined,
                  beyond:
                    total !== undefined && rows && total > rows.length ? (
                      <Button kind="quiet" size="small" onClick={() => setAllOf(isAll ? null : JSON.stringify(filter))}>
                        {isAll
                          ? t("bulk.onlyShown")
                          : exact === undefined
                            ? t("bulk.selectMatching")
                            : t("bulk.selectAll", { count: format.number(exact) })}
                      </Button>
                    ) : null,
                  actions: (
                    <SelectedContacts
                      where={isAll ? matching : { contacts: [...selected] }}
                      count={isAll ? matchCount : selected.size}
                      onList={lists.data?.items.find(({ id }) => id === filters.list)}
                      onDone={unselect}
                    />
                  ),
                }
              : undefined
          }
          found={found}
          empty={
            filtered ? (
              <EmptyState icon={Users} title={t("noMatch")}>
                {t("noMatchText")}
              </EmptyState>
            ) : (
              <EmptyState
                icon={Users}
                title={t("empty")}
                action={
                  write ? (
                    <ButtonLink to={paths.newImport()} kind="primary" icon={<Upload aria-hidden />}>
                      {t("importing.title")}
                    </ButtonLink>
                  ) : null
                }
              >
                {t("emptyText")}
              </EmptyState>
            )
          }
        />
      </Panel>
    </>
  );
}
