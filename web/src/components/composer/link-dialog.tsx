import { type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";

/** Asks for a web address. */
export function LinkDialog({ onInsert, onClose }: { onInsert: (address: string) => void; onClose: () => void }) {
  const t = useTranslations("composer");
  const formId = useId();
  const [address, setAddress] = useState("");
  const [error, setError] = useState<string | null>(null);
  const insert = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    const link = readLink(address);
    if (link) onInsert(link);
    else setError(t("linkDialog.invalid", { address: address.trim() }));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="small"
      title={t("linkDialog.title")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form={formId}>
            {t("linkDialog.insert")}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={insert}>
        <TextField
          label={t("linkDialog.address")}
          hint={t("linkDialog.hint")}
          error={error}
          type="url"
          inputMode="url"
          placeholder="https://"
          value={address}
          onChange={(next) => {
            setAddress(next);
            setError(null);
          }}
          autoFocus
        />
      </form>
    </Dialog>
  );
}

/** A typed web address as it is inserted, with https:// where no scheme was typed; null for anything else. */
export function readLink(typed: string): string | null {
  const address = typed.trim();
  if (address === "" || /[\s{}"<>]/.test(address)) return null;
  const full = /^[a-z][a-z0-9+.-]*:/i.test(address) && !/^[\w.-]+:\d/.test(address) ? address : `https://${address}`;
  if (!URL.canParse(full)) return null;
  const { protocol, hostname } = new URL(full);
  // A name without a dot is a typing error or a machine that no recipient can reach.
  return ["http:", "https:"].includes(protocol) && hostname.includes(".") && !hostname.endsWith(".") ? full : null;
}
