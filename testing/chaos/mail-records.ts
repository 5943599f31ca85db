/**
 * The checks of mails: compares the ledger with the relay's records and the answers to the client. Each mail reached the relay; a second
 * copy, with the same Message-ID, is allowed only where the answer to the first was lost, or its process was killed before it had recorded it.
 */
import pg from "pg";
import type { InjectedFault } from "./inject-fault.ts";
import type { MailLog } from "./mail-traffic.ts";
import type { Queries } from "./records.ts";
import { bouncing, refused, type RelayedMail } from "./relay.ts";

export interface MailRow {
  id: string;
  message_id: string | null;
  status: string;
  reason: string | null;
  source_type: string;
  recipient: string;
}

/** A claim of a mail by a process, until it ended or another followed. */
export interface MailClaim {
  mail_id: string;
  /** The process. */
  holder: string;
  /** In milliseconds of this machine's clock. */
  claimed: number;
}

export interface MailComparison {
  /** The ledger says that the relay has it, and it has not. */
  lost: MailRow[];
  /** More copies than the rule allows, or a Message-ID of its own for one. */
  doubled: MailRow[];
  /** It did not end as it should. */
  wrong: MailRow[];
  /** The relay has it, and the ledger says that it was refused or is not there at all. */
  unknown: RelayedMail[];
  /** Mails with allowed copies: of how many the relay's answer was lost, and how many the death of a process doubled. */
  again: { unanswered: number; killed: number };
  /** Deaths of a process that doubled more mails than may be unrecorded. */
  excessive: string[];
}

/** Outcomes that are being recorded, and mails under way, see docs/decisions/mails.md. */
const mostUnrecorded = 64 + 16;

export function compareMails(
  ledger: readonly MailRow[],
  relayed: readonly RelayedMail[],
  claims: readonly MailClaim[],
  faults: readonly InjectedFault[],
): MailComparison {
  const found: MailComparison = {
    lost: [],
    doubled: [],
    wrong: [],
    unknown: [],
    again: { unanswered: 0, killed: 0 },
    excessive: [],
  };
  const copiesOf = Map.groupBy(relayed, ({ message_id }) => message_id);
  const claimsOf = Map.groupBy(claims, ({ mail_id }) => mail_id);
  const doubledBy = new Map<InjectedFault, number>();

  /** The death of the process that had claimed the mail for this copy, before the next copy came. The relay may record it after the death. */
  function deathBetween(id: string, copy: RelayedMail, next: RelayedMail): InjectedFault | undefined {
    const claim = (claimsOf.get(id) ?? []).filter(({ claimed }) => claimed <= copy.at).at(-1);
    return faults.find(
      ({ victim, from, to }) => claim && victim === claim.holder && to >= claim.claimed && from <= next.at,
    );
  }

  for (const row of ledger) {
    const copies = (copiesOf.get(row.message_id ?? "") ?? []).toSorted((a, b) => a.at - b.at);
    copiesOf.delete(row.message_id ?? "");
    const isRefused = row.recipient.startsWith(refused);
    const expected = isRefused ? "failed" : row.recipient.startsWith(bouncing) ? "bounced" : "sent";
    // An alert may be over, or an invitation replaced, before its mail has left.
    const stopped = row.status === "skipped" && row.reason === "source_stopped" && row.source_type !== "test_mail";
    if (row.status !== expected && !stopped) found.wrong.push(row);
    if (isRefused) found.unknown.push(...copies);
    else if (copies.length === 0 && !stopped) found.lost.push(row);
    for (const [i, copy] of copies.slice(0, -1).entries()) {
      if (!copy.answered) {
        found.again.unanswered++;
        continue;
      }
      const death = deathBetween(row.id, copy, copies[i + 1] as RelayedMail);
      if (!death) {
        found.doubled.push(row);
        break;
      }
      found.again.killed++;
      doubledBy.set(death, (doubledBy.get(death) ?? 0) + 1);
    }
  }
  for (const copies of copiesOf.values()) found.unknown.push(...copies);
  for (const [{ victim }, n] of doubledBy)
    if (n > mostUnrecorded) found.excessive.push(`a death of ${victim} doubled ${n} mails`);
  return found;
}

/** The copies and claims of a mail, and the faults around them, to explain a violation. */
export function timesOfMail(
  { id, message_id, recipient }: MailRow,
  relayed: readonly RelayedMail[],
  claims: readonly MailClaim[],
  faults: readonly InjectedFault[],
): string {
  const copies = relayed.filter((copy) => copy.message_id === message_id);
  const since = copies[0]?.at ?? 0;
  const seconds = (at: number) => `${((at - since) / 1000).toFixed(2)} s`;
  const own = claims.filter(({ mail_id }) => mail_id === id);
  const near = faults.filter(({ to }) => to > (own[0]?.claimed ?? since) - 1_000);
  return [
    `${recipient} ${id}: after its first copy`,
    ...copies.map(({ at, answered }) => `a copy at ${seconds(at)}${answered ? "" : " without an answer"}`),
    ...own.map(({ holder, claimed }) => `claimed by ${holder} at ${seconds(claimed)}`),
    ...near.map(({ kind, victim, from, to }) => `${victim ?? kind} from ${seconds(from)} to ${seconds(to)}`),
  ].join("; ");
}

/** Answers to the client that were not kept: mails that are not in the ledger. */
export function brokenMailPromises(ledger: readonly MailRow[], { queued, promised }: MailLog): string[] {
  const ids = new Set(ledger.map(({ id }) => id));
  const recipients = new Set(ledger.map(({ recipient }) => recipient));
  return [
    ...queued.filter((id) => !ids.has(id)).map((id) => `mail ${id} is not in the ledger`),
    ...promised.filter((email) => !recipients.has(email)).map((email) => `there is no mail to ${email}`),
  ];
}

/** Mails of all workspaces and of the installation. */
export async function readMails(client: Queries): Promise<MailRow[]> {
  const { rows } = await client.query<MailRow>(
    "select id, message_id, status::text, reason, source_type, recipient from mails",
  );
  return rows;
}

/** Installs the watch over claims of mails: a trigger in the run's database. */
export async function watchMails(superuser: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  try {
    await client.query(`
      create table if not exists chaos_mail_claims (mail_id uuid not null, holder text not null, claimed timestamptz not null);
      create or replace function chaos_watch_mails() returns trigger language plpgsql security definer as $$
      begin
        insert into chaos_mail_claims values (new.mail_id, current_setting('application_name'), clock_timestamp());
        return null;
      end $$;
      create or replace trigger chaos_watch_mails after update of lease on mail_queue
        for each row when (new.lease is not null and new.lease is distinct from old.lease)
        execute function chaos_watch_mails();`);
  } finally {
    await client.end();
  }
}

/** All claims watched so far, in their order. */
export async function watchedClaims(client: Queries): Promise<MailClaim[]> {
  const { rows } = await client.query<{ mail_id: string; holder: string; claimed: Date }>(
    "select mail_id, holder, claimed from chaos_mail_claims order by claimed",
  );
  return rows.map((row) => ({ ...row, claimed: row.claimed.getTime() }));
}
