import { useTranslations } from "use-intl";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/page-header.tsx";

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

/** Why Twilio may not reach a webhook at this address: it is on this machine or network, or not encrypted. */
export function addressFault(url: string): "private" | "plain" | null {
  const { protocol, hostname } = new URL(url);
  const isPrivate =
    hostname === "localhost" ||
    /\.(localhost|local|internal|test|example|invalid)$/.test(hostname) ||
    !/[.:]/.test(hostname) ||
    /^(127|10|0)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(
      hostname,
    ) ||
    /^\[(::1?|f[cd].*|fe[89ab].*)\]$/.test(hostname);
  if (isPrivate) return "private";
  return protocol === "https:" ? null : "plain";
}
