import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { query, useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { RadioGroup } from "../../ui/choice.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import type { Person } from "./role-dialog.tsx";

/** Removes a person, after listing their API keys and asking what to do with them; or withdraws an invitation. */
export function RemovePersonDialog({
  person,
  onOpenChange,
}: {
  person: Person;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useTranslations("settings");
  const format = useFormatter();
  const explain = useExplain();
  const may = useMay();
  const workspace = useWorkspace();
  const remove = useCall("people", "remove");
  const [keys, setKeys] = useState<"revoke" | "take_over">("revoke");
  const mayTakeOver = may("api-keys:write");
  const all = useQuery({ ...query("apiKeys", "list"), enabled: person.joined_at !== null && mayTakeOver });
  const own = all.data?.items.filter((key) => key.maker?.id === person.id) ?? [];
  const name = person.name || person.email;
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      title={person.joined_at ? t("removePersonTitle", { name }) : t("withdrawTitle", { email: person.email })}
      confirm={person.joined_at ? t("removePerson") : t("withdrawInvitation")}
      explain={explain}
      onConfirm={async () => {
        await remove.mutateAsync({ params: { id: person.id }, query: { keys }, body: undefined });
        toast(t("removed", { name }));
      }}
    >
      {person.joined_at ? t("removePersonText", { workspace: workspace.name }) : t("withdrawText")}
      {person.joined_at && !mayTakeOver ? <p className="mt-2">{t("keysUnknown")}</p> : null}
      {own.length > 0 ? (
        <div className="mt-4 flex flex-col gap-3 text-ink">
          <p className="break-words">
            {t("keysOfPerson", {
              count: own.length,
              name,
              names: format.list(
                own.map((key) => key.name),
                { type: "conjunction" },
              ),
            })}
          </p>
          <RadioGroup
            label={t("keysOfPersonQuestion")}
            value={keys}
            onChange={setKeys}
            options={[
              { value: "revoke", label: t("keysRevoke"), hint: t("keysRevokeHint") },
              { value: "take_over", label: t("keysTakeOver"), hint: t("keysTakeOverHint") },
            ]}
          />
        </div>
      ) : null}
    </ConfirmDialog>
  );
}
