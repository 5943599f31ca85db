import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Contact } from "../../../contract/contacts.ts";
import { formatPhoneNumber } from "../../../rules/phone-number-format.ts";
import { useCall } from "../api/queries.ts";
import { useExplain } from "../lib/explain.ts";
import { useMay, useWorkspace } from "../lib/session.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { toast } from "../ui/toast.tsx";

/** A reply that looks like a STOP, and the two ways to decide about it. */
export function PossibleOptOut({ item, from }: { item: Contact["possible_opt_outs"][number]; from?: ReactNode }) {
  const t = useTranslations("contacts.possibleOptOut");
  const format = useFormatter();
  const explain = useExplain();
  const may = useMay();
  const { country } = useWorkspace();
  const decide = useCall("tray", "decide");
  const say = (decision: "opt_out" | "ignore") =>
    decide.mutate(
      { params: { id: item.id }, body: { decision } },
      { onSuccess: () => toast(t(decision === "opt_out" ? "optedOut" : "ignored")) },
    );
  const at = format.dateTime(new Date(item.at), { dateStyle: "medium", timeStyle: "short" });
  return (
    <Notice
      tone="warn"
      title={t("title")}
      action={
        may("consent:write") ? (
          <span className="flex flex-wrap gap-2">
            <Button size="small" disabled={decide.isPending} onClick={() => say("ignore")}>
              {t("ignore")}
            </Button>
            <Button size="small" kind="primary" disabled={decide.isPending} onClick={() => say("opt_out")}>
              {t("optOut")}
            </Button>
          </span>
        ) : null
      }
    >
      {from ? <p>{from}</p> : null}
      <p className="break-words whitespace-pre-wrap">
        {item.text === null ? t("gone") : t("words", { words: item.text })}
      </p>
      <p className="text-sm text-soft">
        {item.sender ? t("when", { at, sender: formatPhoneNumber(item.sender, country) }) : at}
      </p>
      {decide.error ? <p role="alert">{explain(decide.error)}</p> : null}
    </Notice>
  );
}
