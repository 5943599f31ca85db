/** Which members are mailed about which alerts: decided and queued in one transaction, one mail per person. */
import { sql } from "kysely";
import { permissionsOf, type Role } from "../../contract/permissions.ts";
import type { Language } from "../../contract/shapes.ts";
import type { Tx } from "../kit/db.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import type { Mailer } from "../kit/mail.ts";
import { type MailOfSource, registerMailSource } from "../mail/mail-sources.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { alertsMail } from "./alert-mails.ts";
import { type AlertRow, mailedTo, presentAlert } from "./alert.ts";
import { lockKind, openAmong, takeUnmailed } from "./alerts-store.ts";

interface Services {
  mailer: Mailer;
  config: { public_url: string };
}

interface Member {
  user_id: string;
  email: string;
  role: Role;
  sms_setup: boolean;
}

const minute = 60_000;
/** A carrier that flaps is mailed about once an hour. */
const againAfter = 60 * minute;
/** A workspace's alerts within this time of a mail are collected for the next one. */
const pause = 5 * minute;

/** Queues mails about new alerts. */
export async function queueMails(tx: Tx, services: Services, at: Date): Promise<void> {
  await lockKind(tx, "mails");
  const fresh = await takeUnmailed(tx, at, {
    againBefore: new Date(at.getTime() - againAfter),
    pauseFrom: new Date(at.getTime() - pause),
  });
  await inEachWorkspace(fresh, async (workspaceId, own) => {
    const alerts = await openAmong(
      tx,
      workspaceId,
      own.map(({ id }) => id),
    );
    for (const member of await membersOf(tx, workspaceId))
      await mailMember(tx, services, { workspaceId, member, alerts, at });
  });
}

/** Queues the mail to one member about those of the alerts that concern them. */
export async function mailMember(
  tx: Tx,
  { mailer, config }: Services,
  about: { workspaceId: string; member: Member; alerts: readonly AlertRow[]; at: Date },
): Promise<void> {
  const { workspaceId, member, at } = about;
  const alerts = about.alerts.filter((alert) => isMailedAbout(member, alert));
  const [first] = alerts;
  if (!first) return;
  const { name, language, time_zone } = await getWorkspace(tx, workspaceId);
  const link = `${config.public_url}/alerts`;
  const words = { to: member.email, workspace: name, language: language as Language, time_zone, link };
  await mailer.queue(tx, {
    ...alertsMail(words, alerts.map(presentAlert)),
    workspace_id: workspaceId,
    // A mail about several is not bound to one of them.
    source: { type: "alert", id: alerts.length === 1 ? first.id : null },
    key: alerts.map(({ id }) => id).join(),
    confidential: false,
    at,
  });
}

/** The members of a workspace; with `userId` this one. */
export async function membersOf(tx: Tx, workspaceId: string, userId?: string): Promise<Member[]> {
  const { rows } = await sql<Member>`
    select m.user_id, u.email, m.role, m.sms_setup from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} ${userId === undefined ? sql`` : sql`and m.user_id = ${userId}`}
    order by m.user_id`.execute(tx);
  return rows;
}

/** Whether a member with these permissions is mailed about an alert. */
export function isMailedAbout(member: Pick<Member, "role" | "sms_setup">, { kind }: Pick<AlertRow, "kind">): boolean {
  const held = permissionsOf(member);
  return mailedTo[kind].some((permission) => held.has(permission));
}

/** An alert that was resolved before its mail has left is not mailed, nor is a person who has left the workspace. */
async function stopped(tx: Tx, workspaceId: string, mails: readonly MailOfSource[]): Promise<ReadonlySet<string>> {
  const ids = mails.flatMap(({ source_id }) => source_id ?? []);
  const open = new Set((await openAmong(tx, workspaceId, ids)).map(({ id }) => id));
  const members = new Set((await membersOf(tx, workspaceId)).map(({ email }) => email));
  const isStopped = ({ source_id, recipient }: MailOfSource) =>
    (source_id !== null && !open.has(source_id)) || !members.has(recipient?.toLowerCase() ?? "");
  return new Set(mails.filter(isStopped).map(({ id }) => id));
}

registerMailSource({ type: "alert", stopped });
