/** The alert watch over a test database, with a clock that the test sets, and the alerts and mails that result. */
import { sql } from "kysely";
import { pino } from "pino";
import type { Alert } from "../contract/alerts.ts";
import type { Role } from "../contract/permissions.ts";
import { createPerson, joinWorkspace } from "../server/accounts/create-person.ts";
import { presentAlert } from "../server/alerts/alert.ts";
import { listAlerts } from "../server/alerts/alerts-store.ts";
import { checkConditions, type WatchServices } from "../server/alerts/watch.ts";
import type { Db } from "../server/kit/db.ts";
import type { DueWork } from "../server/kit/due.ts";
import { createMailer } from "../server/mail/queue-system-mail.ts";
import { submitMails } from "./mails.ts";
import { testSeal } from "./seal.ts";

export interface TestWatch {
  services: WatchServices;
  now(): Date;
  /** Advances the clock by so many seconds, and runs the watch once. */
  after(seconds: number): Promise<void>;
  /** A workspace's alerts, oldest first. */
  alerts(workspaceId: string): Promise<Alert[]>;
  /** Sends the queued mails, and returns all mails to an address so far, oldest first. */
  mails(to: string): Promise<{ subject: string; text: string }[]>;
}

/** A watch whose clock starts at a moment, now unless given; it also watches this work by the clock. */
export function testWatch(db: Db, from = new Date(), works: readonly DueWork[] = []): TestWatch {
  let at = from.getTime();
  const clock = { now: () => new Date(at) };
  const log = pino({ level: process.env.TEST_LOG ?? "silent" });
  const config = { public_url: "https://sms.example" };
  const mailer = createMailer({ seal: testSeal });
  const liveUpdates = { publish() {} };
  const services: WatchServices = { db, clock, mailer, config, liveUpdates, log, allDue: () => works };
  return {
    services,
    now: clock.now,
    async after(seconds) {
      at += seconds * 1_000;
      await checkConditions(services);
    },
    async alerts(workspaceId) {
      const rows = await db.inWorkspace(workspaceId, (tx) =>
        listAlerts(tx, workspaceId, { state: undefined, before: null, limit: 100 }),
      );
      return rows.map(presentAlert).toReversed();
    },
    async mails(to) {
      await submitMails({ db, clock, log, liveUpdates: services.liveUpdates });
      const mails = await db.asSystem((tx) =>
        sql<{ subject: string; text: string }>`
          select subject, text from sandbox_mails where recipient = ${to} order by id`.execute(tx),
      );
      return mails.rows;
    },
  };
}

/** Adds a member to a workspace; returns the mail address. */
export async function addMember(
  db: Db,
  workspaceId: string,
  role: Role,
  options: { smsSetup?: boolean } = {},
): Promise<string> {
  const at = new Date();
  const email = `${role}.${workspaceId.slice(-12)}@example.com`;
  await db.asSystem(async (tx) => {
    const user = await createPerson(tx, { name: role, email, passwordHash: "none", verified: true }, at);
    await joinWorkspace(tx, { workspaceId, userId: user.id, role, smsSetup: options.smsSetup ?? false }, at);
  });
  return email;
}
