import { useFormatter, useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { ButtonLink } from "../../components/link.tsx";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { Draft } from "./use-autosave.ts";

/** Somebody else has changed the draft: says who, and asks whose version counts. Until then nothing is saved. */
export function ConflictNotice({
  theirs,
  unsaved,
  onTheirs,
  onMine,
}: {
  theirs: Campaign;
  unsaved: Partial<Draft>;
  onTheirs: () => void;
  onMine: () => void;
}) {
  const t = useTranslations("campaigns.conflict");
  const format = useFormatter();
  const name = theirs.changed_by?.name ?? t("somebody");
  const at = format.dateTime(new Date(theirs.updated_at), { timeStyle: "short" });
  const mine = Object.keys(unsaved) as (keyof Draft)[];
  return (
    <div role="alert">
      <Notice
        tone="warn"
        title={t("title", { name, at })}
        action={
          <div className="flex flex-wrap gap-2">
            <Button onClick={onTheirs}>{t("takeTheirs")}</Button>
            {mine.length > 0 ? (
              <Button kind="primary" onClick={onMine}>
                {t("keepMine")}
              </Button>
            ) : null}
          </div>
        }
      >
        {mine.length > 0 ? (
          <>
            <p>{t("unsaved", { fields: format.list(mine.map((field) => t(`fields.${field}`))) })}</p>
            {unsaved.text ? (
              <p className="mt-1 flex flex-wrap items-center gap-2">
                {t("copyText")} <CopyButton text={unsaved.text} />
              </p>
            ) : null}
          </>
        ) : (
          t("nothingUnsaved")
        )}
      </Notice>
    </div>
  );
}

/** Somebody else has sent or scheduled the campaign that is open in the editor. */
export function GoneNotice({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns.conflict");
  return (
    <div role="alert" className="mb-5">
      <Notice
        tone="warn"
        title={t(campaign.status === "scheduled" ? "scheduled" : "sent")}
        action={<ButtonLink to={paths.campaign(campaign.id)}>{t("see")}</ButtonLink>}
      >
        {t("goneText")}
      </Notice>
    </div>
  );
}
