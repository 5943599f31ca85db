import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Alert } from "../../contract/alerts.ts";
import { Language } from "../../contract/shapes.ts";
import { addMember, testWatch } from "../../testing/alerts.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { insertCarrier } from "../carriers/carriers-store.ts";
import { reserveQuota } from "../quota/quota.ts";
import { alertsMail } from "./alert-mails.ts";

const { db } = await testDatabase();

async function addCarrier(workspaceId: string, name: string): Promise<string> {
  const id = newId();
  const row = { workspace_id: workspaceId, id, kind: "smpp" as const, name, enabled: true, is_default: false };
  await db.asSystem((tx) => insertCarrier(tx, { ...row, settings: {}, secrets: Buffer.of(1) }));
  return id;
}

const enable = (id: string, enabled: boolean) =>
  db.asSystem((tx) => sql`update carriers set enabled = ${enabled} where id = ${id}`.execute(tx));

test("members who can fix it get one mail about all new alerts", async () => {
  const workspace = await createTestWorkspace(db, { name: "Salong Saks", language: "nb" });
  const watch = testWatch(db);
  const admin = await addMember(db, workspace.id, "admin");
  const viewer = await addMember(db, workspace.id, "viewer");
  const technician = await addMember(db, workspace.id, "agent", { smsSetup: true });
  await addCarrier(workspace.id, "Link");
  await addCarrier(workspace.id, "Twilio");
  await watch.after(0);
  await watch.after(31);
  const mails = await watch.mails(admin);
  expect(mails).toHaveLength(1);
  expect(mails[0]?.subject).toBe("Salong Saks: 2 ting trenger et blikk");
  expect(mails[0]?.text).toContain("Operatøren Link er nede");
  expect(mails[0]?.text).toContain("Operatøren Twilio er nede");
  expect(mails[0]?.text).toContain("https://sms.example/alerts");
  expect(await watch.mails(technician)).toHaveLength(1);
  expect(await watch.mails(viewer)).toEqual([]);
});

test("a carrier that flaps all day is mailed about once an hour", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const admin = await addMember(db, workspace.id, "admin");
  const carrier = await addCarrier(workspace.id, "Link");
  await watch.after(0);
  let mails = 0;
  // For two hours: down as long as no worker reports that it is up, then disabled.
  for (let round = 0; round < 12; round++) {
    await enable(carrier, true);
    await watch.after(1);
    await watch.after(100);
    mails = (await watch.mails(admin)).length;
    await enable(carrier, false);
    await watch.after(1);
    await watch.after(498);
  }
  expect(mails).toBe(2);
  expect(await watch.alerts(workspace.id)).toHaveLength(1);
});

test("alerts raised soon after a mail are collected for the next one", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const admin = await addMember(db, workspace.id, "admin");
  const subjects = async () => (await watch.mails(admin)).map((mail) => mail.subject.replace(/^.*: /, ""));
  await addCarrier(workspace.id, "One");
  await watch.after(0);
  await watch.after(31);
  for (const name of ["Two", "Three"]) await addCarrier(workspace.id, name);
  await watch.after(1);
  await watch.after(60);
  expect(await subjects()).toEqual(["The carrier One is down"]);
  await watch.after(250);
  expect(await subjects()).toEqual(["The carrier One is down", "2 things need a look"]);
});

test("a critical alert that is raised and resolved within five minutes of a critical mail is not mailed", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const admin = await addMember(db, workspace.id, "admin");
  await addCarrier(workspace.id, "One");
  await watch.after(0);
  await watch.after(31);
  const second = await addCarrier(workspace.id, "Two");
  await watch.after(1);
  await watch.after(31);
  await enable(second, false);
  await watch.after(1);
  await watch.after(61);
  await watch.after(300);
  expect(await watch.alerts(workspace.id)).toHaveLength(2);
  expect((await watch.mails(admin)).map((mail) => mail.subject.replace(/^.*: /, ""))).toEqual([
    "The carrier One is down",
  ]);
});

test("a critical alert does not wait for the pause after a mail about a lesser one", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 100 });
  const watch = testWatch(db);
  const admin = await addMember(db, workspace.id, "admin");
  for (const segments of [50, 50]) {
    await db.inWorkspace(workspace.id, (tx) => reserveQuota(tx, workspace.id, watch.now(), segments));
    await watch.after(5);
    await watch.mails(admin);
  }
  expect((await watch.mails(admin)).map((mail) => mail.subject.replace(/^.*: /, ""))).toEqual([
    "50 % of the quota is used or reserved",
    "The quota is used up",
  ]);
});

test("an alert that was resolved before the mail is written is not mailed, nor is a person who has left", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const [admin, former] = [
    await addMember(db, workspace.id, "admin"),
    await addMember(db, workspace.id, "super_admin"),
  ];
  const carrier = await addCarrier(workspace.id, "Link");
  await watch.after(0);
  await watch.after(31);
  await enable(carrier, false);
  await watch.after(1);
  await watch.after(60);
  expect(await watch.mails(admin)).toEqual([]);
  await enable(carrier, true);
  await watch.after(3_700);
  await watch.after(31);
  await db.asSystem((tx) =>
    sql`delete from memberships where workspace_id = ${workspace.id} and role = 'super_admin'`.execute(tx),
  );
  expect(await watch.mails(former)).toEqual([]);
  expect(await watch.mails(admin)).toHaveLength(1);
});

const at = "2026-11-26T20:15:00.000Z";
const common = { id: newId(), severity: "critical", raised_at: at, resolved_at: null } as const;
const campaign = { id: newId(), name: "Høst & vår" };
const every: Alert[] = [
  {
    ...common,
    kind: "carrier_down",
    params: { carrier: { id: newId(), name: "Link" }, since: at, reason: "down", last_error: "ESME_RBINDFAIL" },
  },
  {
    ...common,
    kind: "lane_stalled",
    params: { sender: { id: newId(), address: "Saks" }, since: at, waiting: 1_234, reason: "no_progress", campaign },
  },
  { ...common, kind: "campaign_stalled", params: { campaign, since: at, reason: "preparing" } },
  {
    ...common,
    kind: "error_rate",
    params: { minutes: 10, texts: 1_000, errors: 125, rate: 0.125, usual_rate: 0.02, reasons: [], campaign: null },
  },
  { ...common, kind: "quota", params: { threshold: 80, allowance: 1_000, used: 700, reserved: 100, period_end: at } },
  {
    ...common,
    kind: "quota_skipped",
    params: { texts: 5_678, allowance: 1_000, remaining: 2, period_end: at },
  },
  {
    ...common,
    kind: "webhook_disabled",
    params: { webhook: { id: newId(), url: "https://example.com/hook" }, since: at, last_error: null },
  },
];

test.each(Language.options)("the mail in %s contains each kind's params", (language) => {
  const about = { to: "kari@example.com", workspace: "Saks", language, time_zone: "Europe/Oslo", link: "https://l" };
  const { text } = alertsMail(about, every);
  for (const part of ["Link", "ESME_RBINDFAIL", "Saks", "Høst & vår", "80", "https://example.com/hook", "https://l"])
    expect(text).toContain(part);
  expect(text).toMatch(/1\D?234/);
  expect(text).toMatch(/5\D?678/);
  expect(text).toMatch(/12[.,]5/);
  expect(text, "in the workspace's zone").toMatch(/(21|9)[.:]15/);
  expect(text).not.toMatch(/undefined|null|NaN|\[object/);
});

test.each(Language.options)("the subject in %s says whether one reply waits or several", (language) => {
  const about = { to: "kari@example.com", workspace: "Saks", language, time_zone: "Europe/Oslo", link: "https://l" };
  const subject = (waiting: number) =>
    alertsMail(about, [{ ...common, kind: "possible_opt_outs", params: { since: at, waiting } }]).subject;
  expect(subject(1)).not.toBe(subject(2));
  expect(subject(2)).toBe(subject(30));
});
