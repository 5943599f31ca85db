/** The mailboxes of what comes back: each mail's own return path, and abuse@ for feedback reports. */
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { MailKey, MailTokens } from "./mail-token.ts";
import { readReturned } from "./read-return.ts";
import { recordReturned } from "./record-return.ts";
import { mailOfReturnAddress } from "./return-address.ts";
import { type Mailbox, MailRefused } from "./smtp/smtp-server.ts";

interface Services {
  db: Db;
  clock: Clock;
  tokens: MailTokens;
  mail_domain: string;
  count(outcome: string): void;
}

/** Return paths: what comes back to one is about its mail, whatever it says itself. */
export function returnsMailbox(services: Services): Mailbox {
  const { tokens, mail_domain, count } = services;
  return {
    accepts: (address) => mailOfReturnAddress(tokens, mail_domain, address) !== null,
    async receive({ to, content }) {
      const key = mailOfReturnAddress(tokens, mail_domain, to);
      if (key) count(await recordReturned(services, key, await readReturned(content)));
    },
  };
}

/** abuse@MAIL_DOMAIN (RFC 2142): feedback reports about mails that they name by our return path or Message-ID. */
export function complaintsMailbox(services: Services): Mailbox {
  const { tokens, mail_domain, count } = services;
  const address = `abuse@${mail_domain}`;
  return {
    accepts: (to) => to.toLowerCase() === address,
    async receive({ content }) {
      const returned = await readReturned(content);
      if (returned.kind !== "complaint") {
        count("other");
        throw new MailRefused("5.7.1 Only feedback reports (RFC 5965) are read here");
      }
      const key = mailNamedBy(tokens, mail_domain, returned.addresses);
      count(key ? await recordReturned(services, key, returned) : "unknown_mail");
    },
  };
}

function mailNamedBy(tokens: MailTokens, mailDomain: string, addresses: readonly string[]): MailKey | null {
  for (const address of addresses) {
    const key = mailOfReturnAddress(tokens, mailDomain, address) ?? mailOfMessageId(tokens, address);
    if (key) return key;
  }
  return null;
}

function mailOfMessageId(tokens: MailTokens, address: string): MailKey | null {
  const token = /^m-([0-9a-v]+)@/i.exec(address)?.[1];
  return token === undefined ? null : tokens.read("message", token);
}
