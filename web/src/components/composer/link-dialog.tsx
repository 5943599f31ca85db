import { type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { type Utm, withUtm } from "../../../../rules/utm.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { TextField } from "../../ui/field.tsx";

/** Asks for a web address, whether links are shortened, and what the website's statistics shall know. */
export function LinkDialog({
  shorten,
  campaign,
  onInsert,
  onClose,
}: {
  /** Proposed; null where links cannot be shortened. */
  shorten: boolean | null;
  /** Proposed as the name of the campaign in the website's statistics. */
  campaign: string;
  onInsert: (address: string, shorten: boolean) => void;
  onClose: () => void;
}) {
  const t = useTranslations("composer");
  const formId = useId();
  const [address, setAddress] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [shortened, setShortened] = useState(shorten ?? false);
  const [tagged, setTagged] = useState(false);
  const [utm, setUtm] = useState<Utm>({ source: "sms", medium: "sms", campaign: campaign.trim() });
  const insert = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    const link = readLink(address);
    if (!link) setError(t("linkDialog.invalid", { address: address.trim() }));
    else if (isShortLink(link, window.location.host)) setError(t("linkDialog.own", { address: link }));
    else onInsert(tagged ? withUtm(link, utm) : link, shortened);
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
      <form id={formId} noValidate onSubmit={insert} className="flex flex-col gap-4">
        <TextField
          label={t("linkDialog.address")}
          hint={shortened ? t("linkDialog.hint") : undefined}
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
        {shorten === null ? null : (
          <Checkbox
            label={t("linkDialog.shorten")}
            hint={t("linkDialog.shortenHint")}
            checked={shortened}
            onChange={setShortened}
          />
        )}
        <Disclosure label={t("linkDialog.utm")} hint={t("linkDialog.utmHint")} open={tagged} onOpenChange={setTagged}>
          {(["source", "medium", "campaign"] as const).map((name) => (
            <TextField
              key={name}
              label={t(`linkDialog.${name}`)}
              hint={`utm_${name}`}
              value={utm[name]}
              onChange={(value) => setUtm({ ...utm, [name]: value })}
              maxLength={100}
            />
          ))}
        </Disclosure>
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

/** Whether an address is a short link of this installation, which belongs to a single recipient. */
export function isShortLink(address: string, host: string): boolean {
  const url = URL.parse(address);
  return url?.host === host && url.pathname.startsWith("/l/");
}
