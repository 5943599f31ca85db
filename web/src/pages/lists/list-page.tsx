import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Pencil, Trash2, Upload, UserMinus, Users } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { pages, query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { contactName } from "../../lib/contact-name.ts";
import { useExplain } from "../../lib/explain.ts";
import { useGo, useParam } from "../../lib/location.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState, ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { BulkProgress } from "../contacts/bulk-progress.tsx";
import { NumberCell } from "../contacts/number-cell.tsx";
import { CampaignToList } from "./campaign-to-list.tsx";
import { ListNameDialog } from "./list-name-dialog.tsx";

/** One list and its members. */
export function ListPage() {
  const t = useTranslations("lists");
  const contacts = useTranslations("contacts");
  const explain = useExplain();
  const go = useGo();
  const write = useMay()("contacts:write");
  const { country } = useWorkspace();
  const id = useParam("id");
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { data: list, error, refetch } = useQuery(query("lists", "get", { params: { id } }));
  const members = useInfiniteQuery(pages("contacts", "list", { query: { list: id, limit: 50 } }));
  const remove = useCall("lists", "remove");
  const takeOff = useCall("lists", "removeMembers");
  if (error) return <ErrorState message={explain(error)} onRetry={() => void refetch()} />;
  if (!list) return <PageSkeleton />;

  const takeOffSelected = async () => {
    try {
      const { removed } = await takeOff.mutateAsync({ params: { id }, body: { contacts: [...selected] } });
      toast(t("removed", { count: removed }));
      setSelected(new Set());
    } catch (failure) {
      toast(explain(failure), "bad");
    }
  };
  return (
    <>
      <DocumentTitle>{list.name}</DocumentTitle>
      <PageHeader
        title={list.name}
        above={<Link to={paths.lists()}>{t("title")}</Link>}
        description={t("memberCount", { count: list.members })}
        action={
          write ? (
            <>
              <CampaignToList list={list} />
              <Button icon={<Trash2 aria-hidden />} onClick={() => setOpen("delete")}>
                {t("delete")}
              </Button>
              <Button icon={<Pencil aria-hidden />} onClick={() => setOpen("rename")}>
                {t("rename")}
              </Button>
              <ButtonLink to={paths.newImport({ list: id })} kind="primary" icon={<Upload aria-hidden />}>
                {t("importOnto")}
              </ButtonLink>
            </>
          ) : null
        }
      />
      <BulkProgress ofList={id} />
      <Panel flush>
        <PagedTable
          label={list.name}
          rowId={(row) => row.id}
          onOpen={(row) => go(paths.contact(row.id))}
          selection={
            write
              ? {
                  ids: selected,
                  onChange: setSelected,
                  name: (row) => contactName(row, country).name ?? contacts("unnamed"),
                  actions: (
                    <Button
                      size="small"
                      icon={<UserMinus aria-hidden />}
                      busy={takeOff.isPending}
                      onClick={() => void takeOffSelected()}
                    >
                      {t("remove")}
                    </Button>
                  ),
                }
              : undefined
          }
          found={members}
          empty={
            <EmptyState icon={Users} title={t("noMembers")}>
              {t("noMembersText")}
            </EmptyState>
          }
          columns={[
            {
              id: "name",
              header: contacts("fields.name"),
              cell: (row) => (
                <Link to={paths.contact(row.id)}>{contactName(row, country).name ?? contacts("unnamed")}</Link>
              ),
            },
            {
              id: "mobile",
              header: contacts("fields.mobile"),
              cell: (row) => <NumberCell number={row.mobile} kind={row.mobile_kind} country={country} />,
            },
            { id: "email", header: contacts("fields.email"), secondary: true, cell: (row) => row.email },
          ]}
        />
      </Panel>
      {open === "rename" ? <ListNameDialog list={list} onClose={() => setOpen(null)} onDone={() => {}} /> : null}
      <ConfirmDialog
        open={open === "delete"}
        onOpenChange={(next) => setOpen(next ? "delete" : null)}
        title={t("deleteTitle", { name: list.name })}
        confirm={t("delete")}
        explain={explain}
        onConfirm={async () => {
          await remove.mutateAsync({ params: { id } });
          toast(t("deleted", { name: list.name }));
          go(paths.lists(), { replace: true });
        }}
      >
        {t("deleteText", { count: list.members })}
      </ConfirmDialog>
    </>
  );
}
