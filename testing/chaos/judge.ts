/** The checks of a run: compares all records with each other. It only reads; nothing may be under way any more. */
import type pg from "pg";
import { type CarrierRecords, nameOf } from "./carrier-records.ts";
import type { InjectedFault } from "./inject-fault.ts";
import { tally, timesOf, underWay } from "./inject-fault.ts";
import type { Installation } from "./installation.ts";
import { brokenMailPromises, compareMails, type MailClaim, readMails, timesOfMail } from "./mail-records.ts";
import { type MailLog, mailsUnderWay } from "./mail-traffic.ts";
import * as records from "./records.ts";
import type { RelayedMail } from "./relay.ts";
import type { Tenant } from "./tenant.ts";
import type { ClientLog } from "./traffic.ts";
import type { WatchedJournal } from "./watch.ts";

export interface Evidence {
  installation: Installation;
  faults: readonly InjectedFault[];
  journals: readonly WatchedJournal[];
  response_seconds: number;
  tenants: readonly { tenant: Tenant; clientLog: ClientLog; carrier: CarrierRecords }[];
  mails: { mailLog: MailLog; relayed: readonly RelayedMail[]; claims: readonly MailClaim[] };
}

export interface Verdict {
  /** What happened, line by line. */
  lines: string[];
  /** What must never happen and did. Empty: everything holds. */
  violations: string[];
}

const shown = 5;
const always = Number.POSITIVE_INFINITY;

/** Compares ledger, carriers, clients, quota, figures, queue and journal of all tenants. */
export async function judge(client: pg.Client, evidence: Evidence): Promise<Verdict> {
  const { installation, faults, journals, tenants } = evidence;
  // The longest submission of a batch: writing it and waiting for its answers.
  const longest = evidence.response_seconds * 3_000;
  const lines: string[] = [];
  const violations: string[] = [];
  for (const [kind, what] of Object.entries(tally(faults, journals, longest))) lines.push(`${kind}: ${what}`);
  const hit = underWay(faults, journals, longest);
  lines.push(`${journals.length} batches were watched`);
  if (journals.length === 0) violations.push("no batch was watched: nothing shows which of them a fault interrupted");
  for (const member of [...installation.apis, ...installation.workers, installation.mail]) {
    const { starting, serving, last_words } = member.faults();
    if (starting > 0) lines.push(`${member.name}: ended ${starting} times during its start, and was restarted`);
    if (serving > 0) violations.push(`${member.name} ended ${serving} times by itself: ${last_words.join("\n…\n")}`);
  }
  for (const { tenant, clientLog, carrier } of tenants) {
    const report = (what: string, found: readonly unknown[]) => {
      for (const each of found.slice(0, shown)) violations.push(`${tenant.name}: ${what} ${JSON.stringify(each)}`);
      if (found.length > shown) violations.push(`${tenant.name}: ${what} … ${found.length} in all`);
    };
    const ledger = await records.readLedger(client, tenant);
    const found = records.compare(ledger, carrier, tenant, hit);
    report("lost:", found.lost);
    report("doubled:", found.doubled);
    report("submitted, though the ledger says it was not:", found.denied);
    report("never submitted:", found.stopped);
    report(
      "uncertain without a fault:",
      found.unexplained.map((row) => `${row.id} ${row.class} ${row.status}: ${timesOf(row.id, faults, journals)}`),
    );
    report("twice in the ledger:", found.twice_in_ledger);
    report("not in the ledger:", found.unknown);
    report("promise broken:", records.brokenPromises(ledger, clientLog));
    report("campaign:", records.wrongCampaigns(ledger, tenant, clientLog));
    const texts = new Map(ledger.map((row) => [`${row.source_id} ${row.number}`, row.id]));
    const isHit = (campaign: string, number: string) => hit.has(texts.get(`${campaign} ${number}`) ?? "");
    report("at the wrong time:", records.untimely(tenant, clientLog, carrier, isHit));
    report("", await records.wrongQuota(client, tenant, ledger));
    report("", await records.wrongCounts(client, tenant, ledger));
    report("left over:", await records.leftOver(client, tenant));
    const open = ledger.filter((row) => ["queued", "submitted", "sent"].includes(row.status));
    const awaits = (row: records.Row) => row.status === "sent" && carrier.mute.has(nameOf(row.number, row.text));
    report(
      "without a final status:",
      open.filter((row) => !awaits(row)),
    );
    lines.push(...summary(tenant, clientLog, ledger, found));
    lines.push(
      `${tenant.name}: ${open.length} texts wait for a receipt that the carrier never sends; ` +
        `${ledger.filter((row) => hit.has(row.id)).length} were under way at a fault`,
    );
  }
  const mails = await judgeMails(client, evidence);
  return { lines: [...lines, ...mails.lines], violations: [...violations, ...mails.violations] };
}

async function judgeMails(client: pg.Client, { mails, faults }: Evidence): Promise<Verdict> {
  const { mailLog, relayed, claims } = mails;
  const ledger = await readMails(client);
  const found = compareMails(ledger, relayed, claims, faults);
  const kinds = {
    "lost:": found.lost,
    "doubled:": found.doubled.map((row) => timesOfMail(row, relayed, claims, faults)),
    "ended wrongly:": found.wrong,
    "not to be submitted:": found.unknown,
    "doubled too often:": found.excessive,
    "promise broken:": brokenMailPromises(ledger, mailLog),
    "left over:": await mailsUnderWay(client),
  };
  const violations = Object.entries(kinds).flatMap(([what, all]) => [
    ...all.slice(0, shown).map((each) => `mails: ${what} ${JSON.stringify(each)}`),
    ...(all.length > shown ? [`mails: ${what} … ${all.length} in all`] : []),
  ]);
  const statuses = Map.groupBy(ledger, (row) => (row.reason ? `${row.status} (${row.reason})` : row.status));
  const { unanswered, killed } = found.again;
  const lines = [
    `mails: ${ledger.length}, lost ${found.lost.length}, doubled ${found.doubled.length}; the relay has ${relayed.length} copies, ` +
      `${unanswered} mails again since its answer was lost, ${killed} since their process was killed before it had recorded it`,
    `mails: ${[...statuses].map(([status, rows]) => `${rows.length} ${status}`).join(", ")}`,
  ];
  return { lines, violations };
}

function summary(
  tenant: Tenant,
  clientLog: ClientLog,
  ledger: readonly records.Row[],
  found: records.Comparison,
): string[] {
  const { name, can_look_up } = tenant;
  const statuses = Map.groupBy(ledger, (row) => (row.reason ? `${row.status} (${row.reason})` : row.status));
  const { campaigns } = clientLog;
  const some = (what: string, n: number) => `${n} ${what}`;
  const kinds = [
    some("scheduled", campaigns.filter(({ closed: [first], local }) => first?.from === 0 || local !== null).length),
    some("paused", campaigns.filter(({ closed }) => closed.some(({ from, to }) => from > 0 && to < always)).length),
    some("cancelled", campaigns.filter(({ cancelled }) => cancelled).length),
  ];
  const lines = [
    `${name}: ${ledger.length} texts (${campaigns.length} campaigns, of them ${kinds.join(", ")}; ${clientLog.texts.size} by API with ${clientLog.retries} retries), ` +
      `lost ${found.lost.length}, doubled ${found.doubled.length}`,
    `${name}: ${[...statuses].map(([status, rows]) => `${rows.length} ${status}`).join(", ")}`,
  ];
  const { given_up, sent_again } = found;
  if (!can_look_up)
    lines.push(
      `${name}: uncertain were ${given_up.arrived + given_up.missing} marketing texts, which were not sent again ` +
        `(${given_up.arrived} had arrived), and ${sent_again.once + sent_again.twice} transactional ones, ` +
        `which were sent once more (${sent_again.twice} arrived twice)`,
    );
  return lines;
}
