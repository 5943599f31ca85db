/** Everything about a contact as one JSON document, streamed, so that a hundred thousand texts are never in memory. */
import { sql } from "kysely";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import { contactTimeline } from "../analytics/contact-timeline.ts";
import { exportBookings, exportDecisions } from "../bookings/export-bookings.ts";
import { getConsent } from "../consent/get-consent.ts";
import { getContact } from "../contacts/contacts.ts";
import { exportOrders } from "../events/orders/export-orders.ts";
import type { Db, Tx } from "../kit/db.ts";
import { exportClicks } from "../links/export-clicks.ts";
import { type MailedPerson, selectMailsOf } from "../mail/erase-mails.ts";
import { presentMail } from "../mail/present-mail.ts";
import { historyOf, type MessageRow, messageColumns, presentMessage } from "../messages/present-message.ts";

const pageSize = 1_000;
const sweepSize = 20_000;
const timelinePage = 200;
const bookingPage = 200;
const orderPage = 200;

/** The document in pieces. `head` is read first, so that a missing contact gives a 404 and not a broken file. */
export async function exportContact(
  db: Db,
  workspaceId: string,
  id: string,
  now: Date,
  mailDomain: string,
): Promise<AsyncIterable<string>> {
  const head = await db.inWorkspace(workspaceId, async (tx) => {
    const contact = await getContact(tx, workspaceId, id);
    await recordAuditEvent(tx, { workspaceId, at: now, action: "contact.exported", target: { type: "contact", id } });
    return { exported_at: now.toISOString(), contact, consent: await getConsent(tx, workspaceId, id) };
  });
  const { mobile, phone } = head.contact;
  const numbers = [mobile, phone].filter((number) => number !== null);
  const inWorkspace = <T>(work: (tx: Tx) => Promise<T>) => db.inWorkspace(workspaceId, work);
  return (async function* () {
    yield JSON.stringify(head, null, 2).slice(0, -2);
    yield* array("messages", messagesOf(inWorkspace, workspaceId, id, numbers));
    yield* array(
      "mails",
      mailsOf(inWorkspace, workspaceId, { contact_id: id, address: head.contact.email }, mailDomain),
    );
    yield* array("bookings", bookingsOf(inWorkspace, workspaceId, id));
    yield* array("workflow_decisions", decisionsOf(inWorkspace, workspaceId, id));
    yield* array("orders", ordersOf(inWorkspace, workspaceId, id));
    yield* array("clicks", clicksOf(inWorkspace, workspaceId, id));
    yield* array("timeline", timelineOf(inWorkspace, workspaceId, id));
    yield "\n}\n";
  })();
}

type InWorkspace = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

async function* array(name: string, pages: AsyncIterable<unknown[]>): AsyncIterable<string> {
  yield `,\n  ${JSON.stringify(name)}: [`;
  let first = true;
  for await (const items of pages) {
    if (items.length === 0) continue;
    yield items.map((item, i) => `${first && i === 0 ? "" : ","}\n    ${JSON.stringify(item)}`).join("");
    first = false;
  }
  yield first ? "]" : "\n  ]";
}

/** The contact's texts, oldest first; then texts to its numbers from before the contact existed. */
async function* messagesOf(inWorkspace: InWorkspace, workspaceId: string, id: string, numbers: string[]) {
  const start = "00000000-0000-0000-0000-000000000000";
  for (let after = start; ;) {
    const rows = await inWorkspace((tx) =>
      select(tx, workspaceId, sql`m.contact_id = ${id} and m.id > ${after}::uuid`),
    );
    yield rows.map(present);
    if (rows.length < pageSize) break;
    after = rows.at(-1)?.id as string;
  }
  for (let after: string | null = start; after && numbers.length > 0;) {
    const from: string = after;
    const { rows, to } = await inWorkspace(async (tx) => {
      const bound = await sql<{ id: string }>`
        select id from messages where workspace_id = ${workspaceId} and id > ${from}::uuid
        order by id offset ${sweepSize - 1} limit 1`.execute(tx);
      const last = bound.rows[0]?.id ?? null;
      const found = await select(
        tx,
        workspaceId,
        sql`m.id > ${from}::uuid ${last ? sql`and m.id <= ${last}::uuid` : sql``}
          and m.contact_id is null and m.number = any(${numbers}::text[])`,
        sweepSize,
      );
      return { rows: found, to: last };
    });
    yield rows.map(present);
    after = to;
  }
}

async function select(
  tx: Tx,
  workspaceId: string,
  condition: ReturnType<typeof sql>,
  limit = pageSize,
): Promise<MessageRow[]> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns(workspaceId)} from messages m
    left join senders s on s.workspace_id = ${workspaceId} and s.id = m.sender_id
    where m.workspace_id = ${workspaceId} and ${condition} order by m.id limit ${limit}`.execute(tx);
  return rows;
}

/** All hits on the contact's links that were judged, robots' too, oldest first. */
async function* clicksOf(inWorkspace: InWorkspace, workspaceId: string, id: string) {
  for (let after = "00000000-0000-0000-0000-000000000000"; ;) {
    const from = after;
    const clicks = await inWorkspace((tx) => exportClicks(tx, workspaceId, id, from, pageSize));
    yield clicks;
    if (clicks.length < pageSize) return;
    after = clicks.at(-1)?.id as string;
  }
}

/** The bookings that the contact made or comes to. */
async function* bookingsOf(inWorkspace: InWorkspace, workspaceId: string, id: string) {
  type Page = Awaited<ReturnType<typeof exportBookings>>;
  for (let after: Page["next"] = null; ;) {
    const from: Page["next"] = after;
    const page: Page = await inWorkspace((tx) => exportBookings(tx, workspaceId, id, from, bookingPage));
    yield page.items;
    if (!page.next) return;
    after = page.next;
  }
}

/** The orders that the contact made or holds tickets of. */
async function* ordersOf(inWorkspace: InWorkspace, workspaceId: string, id: string) {
  type Page = Awaited<ReturnType<typeof exportOrders>>;
  for (let after: Page["next"] = null; ;) {
    const from: Page["next"] = after;
    const page: Page = await inWorkspace((tx) => exportOrders(tx, workspaceId, id, from, orderPage));
    yield page.items;
    if (!page.next) return;
    after = page.next;
  }
}

/** What workflows decided about the contact. */
async function* decisionsOf(inWorkspace: InWorkspace, workspaceId: string, id: string) {
  type Page = Awaited<ReturnType<typeof exportDecisions>>;
  for (let after: Page[number] | null = null; ;) {
    const from: Page[number] | null = after;
    const page: Page = await inWorkspace((tx) => exportDecisions(tx, workspaceId, id, from, pageSize));
    yield page;
    if (page.length < pageSize) return;
    after = page.at(-1) ?? null;
  }
}

const present = (row: MessageRow) => ({ ...presentMessage(row), history: historyOf(row) });

/** The mails to the contact, oldest first. */
async function* mailsOf(inWorkspace: InWorkspace, workspaceId: string, person: MailedPerson, mailDomain: string) {
  for (let after: string | null = null; ;) {
    const from: string | null = after;
    const rows = await inWorkspace((tx) => selectMailsOf(tx, workspaceId, person, from, pageSize));
    yield rows.map((row) => presentMail(row, mailDomain));
    if (rows.length < pageSize) return;
    after = rows.at(-1)?.id as string;
  }
}

async function* timelineOf(inWorkspace: InWorkspace, workspaceId: string, id: string) {
  for (let cursor: string | undefined; ;) {
    const from = cursor;
    const page = await inWorkspace((tx) => contactTimeline(tx, workspaceId, id, { cursor: from, limit: timelinePage }));
    yield page.items;
    if (!page.next_cursor) return;
    cursor = page.next_cursor;
  }
}
