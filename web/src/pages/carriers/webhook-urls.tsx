import { useTranslations } from "use-intl";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { addressFault } from "./public-address.ts";

/** The addresses to copy into Twilio's console, and why they may not work. */
export function WebhookUrls({ urls }: { urls: { inbound: string; status: string } }) {
  const t = useTranslations("carriers");
  const fault = addressFault(urls.inbound);
  return (
    <Panel title={t("webhooks")} description={t("webhooksText")}>
      <div className="flex flex-col gap-4">
        {fault ? <Notice tone="warn">{t(fault === "private" ? "addressPrivate" : "addressPlain")}</Notice> : null}
        {(["inbound", "status"] as const).map((name) => (
          <Field key={name} label={t(`${name}Url`)} hint={t(`${name}UrlHint`)}>
            {(wiring) => (
              <div className="flex gap-2">
                <Input
                  {...wiring}
                  readOnly
                  value={urls[name]}
                  onChange={() => {}}
                  className="min-w-0 flex-1 font-mono"
                />
                <CopyButton text={urls[name]} />
              </div>
            )}
          </Field>
        ))}
      </div>
    </Panel>
  );
}
