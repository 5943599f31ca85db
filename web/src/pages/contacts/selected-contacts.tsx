import { useQuery } from "@tanstack/react-query";
import { ListPlus, MoreHorizontal, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { BulkInput } from "../../../../contract/bulk-changes.ts";
import type { List } from "../../../../contract/lists.ts";
import { query, useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Menu, MenuItem, MenuLine } from "../../ui/menu.tsx";
import { toast } from "../../ui/toast.tsx";
import { NewListFrom } from "./new-list-from.tsx";

/** From this many on the number is typed before they are deleted. */
const typedFrom = 100;

class OtherNumber extends Error {}

/** The actions on the selected contacts: put them on a list, take them off one, delete them, allow or stop marketing. */
export function SelectedContacts({
  where,
  count,
  onList,
  onDone,
}: {
  where: BulkInput["where"];
  /** How many they are; undefined while they are counted. */
  count: number | undefined;
  /** The list that the table shows. */
  onList: List | undefined;
  onDone: () => void;
}) {
  const t = useTranslations("contacts");
  const format = useFormatter();
  const explain = useExplain();
  const [open, setOpen] = useState<"delete" | "list" | null>(null);
  const [typed, setTyped] = useState("");
  const lists = useQuery(query("lists", "list", { query: { limit: 200 } }));
  const start = useCall("contacts", "startBulk");
  const begin = async (action: BulkInput["action"]) => {
    await start.mutateAsync({ body: { where, action } });
    onDone();
  };
  const beginAtOnce = (action: BulkInput["action"]) =>
    void begin(action).catch((error: unknown) => toast(explain(error), "bad"));
  const asks = count !== undefined && count >= typedFrom;
  return (
    <>
      <Menu
        align="start"
        trigger={
          <Button size="small" icon={<ListPlus aria-hidden />} busy={start.isPending} disabled={count === undefined}>
            {t("addToList")}
          </Button>
        }
      >
        <MenuItem icon={<Plus aria-hidden />} onSelect={() => setOpen("list")}>
          {t("bulk.newList")}
        </MenuItem>
        {lists.data?.items.length ? <MenuLine /> : null}
        {(lists.data?.items ?? []).map((list) => (
          <MenuItem key={list.id} onSelect={() => beginAtOnce({ add_to_list: list.id })}>
            {list.name}
          </MenuItem>
        ))}
      </Menu>
      <Button
        size="small"
        icon={<Trash2 aria-hidden />}
        disabled={count === undefined}
        onClick={() => {
          setTyped("");
          setOpen("delete");
        }}
      >
        {t("delete")}
      </Button>
      <Menu
        align="start"
        trigger={
          <IconButton size="small" label={t("bulk.more")} disabled={count === undefined}>
            <MoreHorizontal aria-hidden />
          </IconButton>
        }
      >
        {onList ? (
          <MenuItem onSelect={() => beginAtOnce({ remove_from_list: onList.id })}>
            {t("bulk.takeOff", { list: onList.name })}
          </MenuItem>
        ) : null}
        <MenuItem onSelect={() => beginAtOnce({ marketing: true })}>{t("bulk.marketingOn")}</MenuItem>
        <MenuItem onSelect={() => beginAtOnce({ marketing: false })}>{t("bulk.marketingOff")}</MenuItem>
      </Menu>
      <ConfirmDialog
        open={open === "delete"}
        onOpenChange={(next) => setOpen(next ? "delete" : null)}
        title={t("deleteManyTitle", { count: count ?? 0 })}
        confirm={t("bulk.delete", { count: count ?? 0 })}
        explain={(error) => (error instanceof OtherNumber ? t("bulk.otherNumber") : explain(error))}
        onConfirm={async () => {
          if (asks && Number(typed.replace(/\D/g, "")) !== count) throw new OtherNumber();
          await begin({ delete: true });
        }}
      >
        <p>{t("deleteText")}</p>
        {asks ? (
          <div className="mt-3">
            <TextField
              label={t("bulk.typeNumber", { count: format.number(count) })}
              inputMode="numeric"
              value={typed}
              onChange={setTyped}
            />
          </div>
        ) : null}
      </ConfirmDialog>
      {open === "list" ? (
        <NewListFrom where={where} count={count} onClose={() => setOpen(null)} onDone={onDone} />
      ) : null}
    </>
  );
}
