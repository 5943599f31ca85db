import { sql } from "kysely";
import type { mails } from "../../contract/mails.ts";
import type { Language } from "../../contract/shapes.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { invalid, notFound, Problem } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import { isId } from "../kit/id.ts";
import { installationId } from "../kit/mail.ts";
import { publicPagePolicy } from "../kit/public-page.ts";
import type { MailTokens } from "./mail-token.ts";
import { findMail, listMails, type MailFilter, type MailRow } from "./mails-store.ts";
import { presentMail } from "./present-mail.ts";
import { recordUnsubscribe } from "./record-return.ts";
import { deleteBounceStops } from "./stops-store.ts";
import { askPage, donePage, type UnsubscribeAbout } from "./unsubscribe-page.ts";

interface Services {
  db: Db;
  clock: Clock;
  tokens: MailTokens;
  mail_domain: string;
}

/** The calls on the mail ledger, and the unsubscribe link. */
export function mailsRoutes({ db, clock, tokens, mail_domain }: Services): Handlers<typeof mails> {
  /** The mail behind an unsubscribe link, with what the page says about it; 404 where there is none. */
  async function find(tx: Tx, token: string): Promise<{ mail: MailRow; about: UnsubscribeAbout }> {
    const key = tokens.read("unsubscribe", token);
    const mail = key && (await findMail(tx, key.workspace_id, key.mail_id));
    const about = mail && (await aboutOf(tx, mail));
    if (!about) throw noSuchLink(token);
    return { mail, about };
  }
  const inWorkspaceOfToken = <T>(token: string, work: (tx: Tx) => Promise<T>): Promise<T> => {
    const key = tokens.read("unsubscribe", token);
    if (!key || key.workspace_id === installationId) throw noSuchLink(token);
    return db.inWorkspace(key.workspace_id, work);
  };
  return {
    async list({ actor, query }) {
      const { cursor, limit, to, source, status } = query;
      if (cursor !== undefined && !isId(cursor))
        throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", cursor);
      // A query string turns + into a space.
      const filter = { to: to?.trim().replaceAll(" ", "+"), status, ...readSource(source) };
      const { rows, next } = await db.inWorkspace(actor.workspaceId, (tx) =>
        listMails(tx, actor.workspaceId, filter, { before: cursor ?? null, limit }),
      );
      return { items: rows.map((row) => presentMail(row, mail_domain)), next_cursor: next };
    },
    async get({ actor, params }) {
      const row = await db.inWorkspace(actor.workspaceId, (tx) => findMail(tx, actor.workspaceId, params.id));
      if (!row) throw notFound("mail", params.id);
      const next_attempt_at = row.status === "queued" ? (row.due_at?.toISOString() ?? null) : null;
      return { ...presentMail(row, mail_domain), next_attempt_at };
    },
    async liftBounce({ actor, params }) {
      const { workspaceId } = actor;
      await db.inWorkspace(workspaceId, async (tx) => {
        const mail = await findMail(tx, workspaceId, params.id);
        if (!mail) throw notFound("mail", params.id);
        if (mail.recipient === null || !(await deleteBounceStops(tx, workspaceId, mail.recipient))) return;
        const target = { type: "mail", id: mail.id, name: null };
        await recordAuditEvent(tx, { workspaceId, at: clock.now(), action: "mail.bounce_lifted", target });
      });
    },
    async unsubscribePage({ params, setHeader }) {
      const { about } = await inWorkspaceOfToken(params.token, (tx) => find(tx, params.token));
      setHeader("content-security-policy", publicPagePolicy);
      return askPage(about);
    },
    async unsubscribe({ params, setHeader }) {
      const about = await inWorkspaceOfToken(params.token, async (tx) => {
        const found = await find(tx, params.token);
        await recordUnsubscribe(tx, found.mail, clock.now());
        return found.about;
      });
      setHeader("content-security-policy", publicPagePolicy);
      return donePage(about);
    },
  };
}

function readSource(source: string | undefined): Pick<MailFilter, "source_type" | "source_id"> {
  if (source === undefined) return {};
  if (isId(source)) return { source_id: source };
  const colon = source.indexOf(":");
  if (colon === -1) return { source_type: source };
  const id = source.slice(colon + 1);
  if (!isId(id)) throw invalid("invalid_source", "A source is a type, an id, or type:id.", "source", source);
  return { source_type: source.slice(0, colon), source_id: id };
}

async function aboutOf(tx: Tx, mail: MailRow): Promise<UnsubscribeAbout | null> {
  if (mail.recipient === null || mail.subscription_type_id === null) return null;
  const { rows } = await sql<{ type: string; workspace: string; language: Language }>`
    select t.name as type, w.name as workspace, w.language
    from workspaces w join subscription_types t on t.workspace_id = ${mail.workspace_id} and t.id = ${mail.subscription_type_id}
    where w.workspace_id = ${mail.workspace_id}`.execute(tx);
  return rows[0] ? { ...rows[0], address: mail.recipient } : null;
}

const noSuchLink = (token: string) =>
  new Problem(404, "not_found", "This unsubscribe link is not valid, or the mail it belongs to is too old.", {
    field: "token",
    value: token,
  });
