/** The verdict on a run: every book compared with every other. Reads only; nothing may be under way any more. */
import type pg from "pg";
import * as books from "./books.ts";
import type { Installation } from "./installation.ts";
import type { DealtBlow } from "./strike.ts";
import { tally, timesOf, underWay } from "./strike.ts";
import type { Tenant } from "./tenant.ts";
import type { Told } from "./traffic.ts";
import type { WatchedJournal } from "./watch.ts";

export interface Evidence {
  installation: Installation;
  blows: readonly DealtBlow[];
  journals: readonly WatchedJournal[];
  response_seconds: number;
  tenants: readonly { tenant: Tenant; told: Told; carrier: books.CarrierBooks }[];
}

export interface Verdict {
  /** What happened, line by line. */
  lines: string[];
  /** What must never happen and did. Empty: all is well. */
  violations: string[];
}

const shown = 5;

/** Compares everything with everything. */
export async function judge(client: pg.Client, evidence: Evidence): Promise<Verdict> {
  const { installation, blows, journals, tenants } = evidence;
  // No batch takes longer than to be written and answered.
  const longest = evidence.response_seconds * 3_000;
  const lines: string[] = [];
  const violations: string[] = [];
  for (const [kind, what] of Object.entries(tally(blows, journals, longest))) lines.push(`${kind}: ${what}`);
  const struck = underWay(blows, journals, longest);
  lines.push(`${journals.length} batches were watched`);
  if (journals.length === 0) violations.push("no batch was watched: nobody could say what a blow met");
  for (const member of [...installation.apis, ...installation.workers]) {
    const { starting, serving, last_words } = member.faults();
    if (starting > 0) lines.push(`${member.name}: ended ${starting} times while it started, and was started again`);
    if (serving > 0) violations.push(`${member.name} ended ${serving} times by itself: ${last_words.join("\n…\n")}`);
  }
  for (const { tenant, told, carrier } of tenants) {
    const report = (what: string, found: readonly unknown[]) => {
      for (const each of found.slice(0, shown)) violations.push(`${tenant.name}: ${what} ${JSON.stringify(each)}`);
      if (found.length > shown) violations.push(`${tenant.name}: ${what} … ${found.length} in all`);
    };
    const ledger = await books.readLedger(client, tenant);
    const found = books.compare(ledger, carrier, tenant, struck);
    report("lost:", found.lost);
    report("doubled:", found.doubled);
    report("went, though the ledger says it did not:", found.denied);
    report("never handed over:", found.stopped);
    report(
      "uncertain without a reason:",
      found.unexplained.map((row) => `${row.id} ${row.class} ${row.status}: ${timesOf(row.id, blows, journals)}`),
    );
    report("twice in the ledger:", found.twice_in_ledger);
    report("not in the ledger:", found.unknown);
    report("promise broken:", books.brokenPromises(ledger, told));
    report("campaign:", books.wrongCampaigns(ledger, tenant, told));
    report("", await books.wrongQuota(client, tenant, ledger));
    report("", await books.wrongCounts(client, tenant, ledger));
    report("left over:", await books.leftOver(client, tenant));
    const open = ledger.filter((row) => ["queued", "submitted", "sent"].includes(row.status));
    const awaits = (row: books.Row) => row.status === "sent" && carrier.mute.has(books.nameOf(row.number, row.text));
    report(
      "without an end:",
      open.filter((row) => !awaits(row)),
    );
    lines.push(...summary(tenant, told, ledger, found));
    lines.push(
      `${tenant.name}: ${open.length} texts await a receipt that the carrier never gives; ` +
        `${ledger.filter((row) => struck.has(row.id)).length} were under way at a blow`,
    );
  }
  return { lines, violations };
}

function summary(tenant: Tenant, told: Told, ledger: readonly books.Row[], found: books.Comparison): string[] {
  const { name, can_tell } = tenant;
  const statuses = Map.groupBy(ledger, (row) => (row.reason ? `${row.status} (${row.reason})` : row.status));
  const lines = [
    `${name}: ${ledger.length} texts (${told.campaigns.length} campaigns, ${told.texts.size} by API with ${told.retries} retries), ` +
      `lost ${found.lost.length}, doubled ${found.doubled.length}`,
    `${name}: ${[...statuses].map(([status, rows]) => `${rows.length} ${status}`).join(", ")}`,
  ];
  const { given_up, sent_again } = found;
  if (!can_tell)
    lines.push(
      `${name}: nobody knew of ${given_up.arrived + given_up.missing} marketing texts, which were given up ` +
        `(${given_up.arrived} had arrived), nor of ${sent_again.once + sent_again.twice} transactional ones, ` +
        `which were sent once more (${sent_again.twice} arrived twice)`,
    );
  return lines;
}
