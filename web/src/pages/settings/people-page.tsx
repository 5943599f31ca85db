import { useQuery } from "@tanstack/react-query";
import { MailQuestion, Pencil, Radio, Trash2, UserPlus, Users } from "lucide-react";
import { useMemo, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { roles } from "../../../../contract/permissions.ts";
import { query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { RowMenu } from "../../components/row-menu.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useSession } from "../../lib/session.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { RemovePersonDialog } from "./remove-person-dialog.tsx";
import { type Person, RoleDialog } from "./role-dialog.tsx";

/** The members of the workspace, and their roles. */
export function PeoplePage() {
  const t = useTranslations("settings");
  const sections = useTranslations("frame.sections");
  const format = useFormatter();
  const explain = useExplain();
  const may = useMay();
  const session = useSession();
  const people = useQuery(query("people", "list"));
  const [dialog, setDialog] = useState<"invite" | { change: Person } | { remove: Person } | null>(null);
  const changeable = may("people:write");

  const columns = useMemo<Column<Person>[]>(() => {
    // A person with a higher role cannot be changed.
    const own = session.role ? roles.indexOf(session.role) : roles.length;
    const reachable = (person: Person) => roles.indexOf(person.role) >= own;
    return [
      {
        id: "name",
        header: t("person"),
        cell: (person) => (
          <div className="min-w-0">
            <p className="font-medium break-words">
              {person.name || person.email}
              {person.email === session.user.email ? <span className="font-normal text-faint"> {t("you")}</span> : null}
            </p>
            {person.name ? <p className="text-sm break-all text-soft">{person.email}</p> : null}
          </div>
        ),
      },
      {
        id: "role",
        header: t("role"),
        cell: (person) => (
          <span className="flex flex-wrap items-center gap-1.5">
            {t(`roles.${person.role}`)}
            {person.sms_setup && person.role !== "super_admin" ? <Badge icon={Radio}>{t("smsSetup")}</Badge> : null}
          </span>
        ),
      },
      {
        id: "joined",
        header: t("joined"),
        secondary: true,
        cell: (person) =>
          person.joined_at ? (
            format.dateTime(new Date(person.joined_at), { dateStyle: "medium" })
          ) : (
            <Badge tone="info" icon={MailQuestion}>
              {t("invited")}
            </Badge>
          ),
      },
      {
        id: "actions",
        header: t("actions"),
        headerHidden: true,
        align: "right",
        width: "w-12",
        cell: (person) =>
          changeable && reachable(person) ? (
            <RowMenu name={person.name || person.email}>
              {person.joined_at ? (
                <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setDialog({ change: person })}>
                  {t("changeRole")}
                </MenuItem>
              ) : null}
              <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => setDialog({ remove: person })}>
                {person.joined_at ? t("removePerson") : t("withdrawInvitation")}
              </MenuItem>
            </RowMenu>
          ) : null,
      },
    ];
  }, [t, format, session.role, session.user.email, changeable]);

  const removing = dialog && typeof dialog === "object" && "remove" in dialog ? dialog.remove : null;
  const changing = dialog && typeof dialog === "object" && "change" in dialog ? dialog.change : null;
  const close = (open: boolean) => !open && setDialog(null);
  return (
    <>
      <DocumentTitle>{sections("people")}</DocumentTitle>
      <PageHeader
        title={sections("people")}
        description={t("peopleText")}
        action={
          changeable ? (
            <Button kind="primary" icon={<UserPlus aria-hidden />} onClick={() => setDialog("invite")}>
              {t("invite")}
            </Button>
          ) : null
        }
      />
      <Panel flush>
        <Table
          label={sections("people")}
          columns={columns}
          rows={people.data?.items}
          rowId={(person) => person.id}
          empty={<EmptyState icon={Users} title={t("nobody")} />}
          failure={people.error && { message: explain(people.error), onRetry: () => void people.refetch() }}
        />
      </Panel>
      <InviteDialog open={dialog === "invite"} onOpenChange={close} />
      {changing ? <RoleDialog key={changing.id} person={changing} onOpenChange={close} /> : null}
      {removing ? <RemovePersonDialog key={removing.id} person={removing} onOpenChange={close} /> : null}
    </>
  );
}
