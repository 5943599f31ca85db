import { useQuery } from "@tanstack/react-query";
import { ListPlus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { query, useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { toast } from "../../ui/toast.tsx";

/** The actions on the selected contacts: put them on a list, or delete them. */
export function SelectedContacts({ ids, onDone }: { ids: ReadonlySet<string>; onDone: () => void }) {
  const t = useTranslations("contacts");
  const explain = useExplain();
  const [deleting, setDeleting] = useState(false);
  const lists = useQuery(query("lists", "list", { query: { limit: 200 } }));
  const add = useCall("lists", "addMembers");
  const remove = useCall("contacts", "remove");
  const count = ids.size;

  const addTo = async (list: { id: string; name: string }) => {
    try {
      const { added } = await add.mutateAsync({ params: { id: list.id }, body: { contacts: [...ids] } });
      toast(t("addedToList", { count: added, list: list.name }));
      onDone();
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  return (
    <>
      <Menu
        align="start"
        trigger={
          <Button
            size="small"
            icon={<ListPlus aria-hidden />}
            busy={add.isPending}
            disabled={!lists.data?.items.length}
          >
            {t("addToList")}
          </Button>
        }
      >
        {(lists.data?.items ?? []).map((list) => (
          <MenuItem key={list.id} onSelect={() => void addTo(list)}>
            {list.name}
          </MenuItem>
        ))}
      </Menu>
      <Button size="small" icon={<Trash2 aria-hidden />} onClick={() => setDeleting(true)}>
        {t("delete")}
      </Button>
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={t("deleteManyTitle", { count })}
        confirm={t("delete")}
        explain={explain}
        onConfirm={async () => {
          for (const id of ids) await remove.mutateAsync({ params: { id } });
          toast(t("deletedMany", { count }));
          onDone();
        }}
      >
        {t("deleteText")}
      </ConfirmDialog>
    </>
  );
}
