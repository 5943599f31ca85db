/** The mail that is submitted: the ledger's row with sender, return path, and the headers of its kind. */
import type { OutgoingMail } from "../kit/mail.ts";
import type { Seal } from "../kit/seal.ts";
import type { MailKey, MailTokens } from "./mail-token.ts";
import type { ClaimedMail } from "./queue-store.ts";
import { unsubscribeLink } from "./render-mail.ts";
import { returnAddress } from "./return-address.ts";
import { openMail } from "./sealed-mail.ts";

export interface OutgoingServices {
  tokens: MailTokens;
  seal: Pick<Seal, "open">;
  mail_domain: string;
  public_url: string;
  messageIdOf(mail: MailKey): string;
}

/** Sources whose mails are Varsla's own. */
export const ownSources: ReadonlySet<string> = new Set(["account", "invitation", "alert"]);

/** The address of the From header where the sender gave none. */
export const usualSender = (mailDomain: string): string => `no-reply@${mailDomain}`;

/** The link that unsubscribes the recipient of a mail. */
export const unsubscribeUrl = (
  { public_url, tokens }: Pick<OutgoingServices, "public_url" | "tokens">,
  mail: MailKey,
) => `${public_url}/api/v1/unsubscribe/${tokens.make("unsubscribe", mail)}`;

/** The Message-ID of a mail, without brackets. */
export const messageIdOf =
  ({ tokens, mail_domain }: Pick<OutgoingServices, "tokens" | "mail_domain">) =>
  (mail: MailKey): string =>
    `m-${tokens.make("message", mail)}@${mail_domain}`;

export function outgoingMail(services: OutgoingServices, mail: ClaimedMail): OutgoingMail {
  const { workspace_id, id: mail_id } = mail;
  const key = { workspace_id, mail_id };
  const { subject, text, html } = { ...mail, ...openMail(services.seal, workspace_id, mail_id, mail.sealed) };
  const link = mail.subscription_type_id === null ? null : unsubscribeUrl(services, key);
  const linked = (text: string) => (link ? text.replaceAll(unsubscribeLink, link) : text);
  return {
    workspace_id,
    id: mail_id,
    message_id: mail.message_id ?? services.messageIdOf(key),
    from: { name: mail.sender_name, address: mail.sender_address ?? usualSender(services.mail_domain) },
    return_path: returnAddress(services.tokens, services.mail_domain, key),
    to: mail.recipient ?? "",
    reply_to: mail.reply_to,
    subject,
    text: linked(text),
    html: html === null ? null : linked(html),
    attachments: mail.contents,
    headers: {
      // RFC 3834: keeps out-of-office programs from replying.
      "Auto-Submitted": "auto-generated",
      ...(link && { "List-Unsubscribe": `<${link}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }),
    },
    of_workspace: !ownSources.has(mail.source_type),
    at: mail.created_at,
  };
}
