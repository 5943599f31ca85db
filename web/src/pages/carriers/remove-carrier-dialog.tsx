import { useTranslations } from "use-intl";
import type { Carrier } from "../../../../contract/carriers.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { useCall } from "../../api/queries.ts";
import { ButtonLink } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { ConfirmDialog, Dialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";

/** Removes a connection, or says which senders must be moved first. */
export function RemoveCarrierDialog({
  carrier,
  onOpenChange,
  onRemoved,
}: {
  carrier: Carrier;
  onOpenChange: (open: boolean) => void;
  onRemoved?: (() => void) | undefined;
}) {
  const t = useTranslations("carriers");
  const explain = useExplain();
  const { country } = useWorkspace();
  const remove = useCall("carriers", "remove");
  const { id, name, senders } = carrier;
  if (senders.length > 0) {
    return (
      <Dialog
        open
        onOpenChange={onOpenChange}
        title={t("inUseTitle", { name })}
        footer={
          <ButtonLink kind="primary" to={paths.senders()}>
            {t("toSenders")}
          </ButtonLink>
        }
      >
        <p className="text-soft">{t("inUseText", { count: senders.length })}</p>
        <ul className="figures mt-2 list-disc pl-5">
          {senders.map((sender) => (
            <li key={sender.id}>{formatPhoneNumber(sender.address, country)}</li>
          ))}
        </ul>
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      title={t("removeTitle", { name })}
      confirm={t("remove")}
      explain={explain}
      onConfirm={async () => {
        await remove.mutateAsync({ params: { id } });
        toast(t("removed", { name }));
        onRemoved?.();
      }}
    >
      {t("removeText")}
    </ConfirmDialog>
  );
}
