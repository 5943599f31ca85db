/**
 * Judges hits a few seconds after they were made, when what tells robots apart is known, and rolls up the figures in the transaction
 * that writes the verdicts. A verdict is a function of a message's hits and receipt alone (rules/click-verdicts.ts): a hit that is
 * recorded late is judged with its neighbours, whose verdicts and figures are corrected.
 *
 * One transaction of a workspace judges at a time, by a lock that also erasing takes.
 */
import { sql } from "kysely";
import {
  afterReceiptWithin,
  allLinksWithin,
  countedEvery,
  judgeHits,
  type Verdict,
} from "../../rules/click-verdicts.ts";
import { appendActivity } from "../activity/activity.ts";
import type { Tx } from "../kit/db.ts";
import type { Due, Look } from "../kit/due.ts";
import { firstIdAt, instantOf } from "../kit/id.ts";
import { uuidSet } from "../kit/uuid-set.ts";
import { addFigures, changeClickers, figures } from "./link-figures.ts";

/** Milliseconds after a hit until it is judged: what it is judged by is recorded by then, or corrects it later. */
export const judgedAfter = Math.max(allLinksWithin, afterReceiptWithin) + 1_000;
const mostAtOnce = 5_000;

/** The workspaces that have hits to be judged, longest due first. */
export async function findUnjudged(tx: Tx, { now, limit, except }: Look): Promise<Due[]> {
  const { rows } = await sql<{ workspace_id: string; first: string }>`
    select workspace_id, min(id::text) as first from hits
    where id < ${cutOf(now)}::uuid and workspace_id <> all(${except}::uuid[])
    group by workspace_id order by 2 limit ${limit}`.execute(tx);
  return rows.map(({ workspace_id, first }) => ({
    workspace_id,
    due_at: new Date(instantOf(first).getTime() + judgedAfter),
  }));
}

const cutOf = (now: Date) => firstIdAt(new Date(now.getTime() - judgedAfter));

interface HitRow {
  id: string;
  message_id: string;
  link_id: string;
  user_agent: string;
  reason: string | null;
}

interface ClickRow {
  id: string;
  message_id: string;
  link_id: string;
  /** Null: it waits for its verdict. */
  verdict: Verdict | null;
  reason: string | null;
}

interface Change {
  row: ClickRow;
  verdict: Verdict;
  reason: string | null;
}

interface MessageOfClick {
  id: string;
  contact_id: string | null;
  source_type: string;
  source_id: string;
  delivered_at: Date | null;
  links: number;
}

export interface JudgedBatch {
  /** Hits that were judged. */
  done: number;
  /** Sources whose figures changed. */
  sources: { type: string; id: string }[];
}

/** Makes judging and erasing in a workspace wait for each other. */
export async function lockClicks(tx: Tx, workspaceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`clicks ${workspaceId}`}, 0))`.execute(tx);
}

/** Judges the oldest hits of a workspace that are due, `most` of them. */
export async function judgeClicks(
  tx: Tx,
  workspaceId: string,
  now: Date,
  { most = mostAtOnce }: { most?: number } = {},
): Promise<JudgedBatch> {
  await lockClicks(tx, workspaceId);
  const { rows: due } = await sql<HitRow>`
    select id, message_id, link_id, user_agent, reason from hits
    where workspace_id = ${workspaceId} and id < ${cutOf(now)}::uuid
    order by id limit ${most}`.execute(tx);
  const [first, last] = [due[0], due.at(-1)];
  if (!first || !last) return { done: 0, sources: [] };
  const messages = await readMessages(tx, workspaceId, [...new Set(due.map((row) => row.message_id))]);
  const near = await readNear(tx, workspaceId, messages, first.id, last.id);
  const from = instantOf(first.id).getTime() - allLinksWithin;
  const judged = new Map(due.map((row) => [row.id, row]));
  const changes: Change[] = [];
  // One that was written a second time, because nobody knew of the first, has its verdict already.
  const known = new Set(near.map((row) => row.id));
  const waiting = due.filter(({ id }) => !known.has(id)).map((row): ClickRow => ({ ...row, verdict: null }));
  for (const [messageId, rows] of Map.groupBy([...near, ...waiting], (row) => row.message_id)) {
    const message = messages.get(messageId);
    // Hits on messages that were erased or purged meanwhile are nobody's.
    if (!message) continue;
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const { id, verdict, reason } of judgeHits(...judgeable(rows, from, message))) {
      const row = byId.get(id) as ClickRow;
      // Hits that are not due yet are evidence only.
      if (row.verdict === null && !judged.has(id)) continue;
      if (row.verdict !== verdict || row.reason !== reason) changes.push({ row, verdict, reason });
    }
  }
  await insertClicks(
    tx,
    workspaceId,
    changes.filter(({ row }) => row.verdict === null),
    (id) => judged.get(id)?.user_agent ?? "",
    messages,
  );
  await correctClicks(
    tx,
    workspaceId,
    changes.filter(({ row }) => row.verdict !== null),
  );
  await sql`delete from hits where workspace_id = ${workspaceId} and id = any(${uuidSet([...judged.keys()])}::uuid[])`.execute(
    tx,
  );
  const sources = await rollUp(tx, workspaceId, changes, messages);
  const humans = changes.filter(({ row, verdict }) => row.verdict === null && verdict === "human");
  // Each person's click that is counted, once: a later correction tells nobody.
  await appendActivity(tx, workspaceId, now, [{ type: "link.clicked", subjects: humans.map(({ row }) => row.id) }]);
  return { done: due.length, sources };
}

/** A message's hits from `from` on, and what its earlier counted clicks mean for them. */
function judgeable(rows: readonly ClickRow[], from: number, message: MessageOfClick): Parameters<typeof judgeHits> {
  const counted = new Map<string, number>();
  const hits = rows.flatMap(({ id, link_id, reason, verdict }) => {
    const at = instantOf(id).getTime();
    if (at >= from) return [{ id, link_id, at, reason }];
    if (verdict === "human") counted.set(link_id, Math.max(at, counted.get(link_id) ?? 0));
    return [];
  });
  return [hits, { links: message.links, delivered_at: message.delivered_at?.getTime() ?? null, counted }];
}

async function readMessages(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Map<string, MessageOfClick>> {
  const { rows } = await sql<Omit<MessageOfClick, "links">>`
    select id, contact_id, source_type, source_id, case when status = 'delivered' then final_at end as delivered_at
    from messages where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) and source_id is not null`.execute(
    tx,
  );
  const counted = await sql<{ message_id: string; n: number }>`
    select message_id, count(*) as n from short_links
    where workspace_id = ${workspaceId} and message_id = any(${ids}::uuid[]) group by message_id`.execute(tx);
  const links = new Map(counted.rows.map((row) => [row.message_id, row.n]));
  return new Map(rows.map((row) => [row.id, { ...row, links: links.get(row.id) ?? 0 }]));
}

/**
 * What decides about hits from `first` to `last`, and what those decide about: clicks on the same messages, and, where a message has
 * several links, later hits that are not due yet.
 */
async function readNear(
  tx: Tx,
  workspaceId: string,
  messages: ReadonlyMap<string, MessageOfClick>,
  first: string,
  last: string,
): Promise<ClickRow[]> {
  const at = (id: string, plus: number) => firstIdAt(new Date(instantOf(id).getTime() + plus));
  const { rows } = await sql<ClickRow>`
    select id, message_id, link_id, verdict, reason from clicks
    where workspace_id = ${workspaceId} and message_id = any(${uuidSet([...messages.keys()])}::uuid[])
      and id >= ${at(first, -allLinksWithin - countedEvery)}::uuid and id < ${at(last, countedEvery)}::uuid
      and (verdict = 'human' or id >= ${at(first, -allLinksWithin)}::uuid)`.execute(tx);
  const several = [...messages.values()].filter(({ links }) => links > 1).map(({ id }) => id);
  if (several.length === 0) return rows;
  const later = await sql<ClickRow>`
    select id, message_id, link_id, null as verdict, reason from hits
    where workspace_id = ${workspaceId} and id > ${last}::uuid and id < ${at(last, allLinksWithin + 1)}::uuid
      and message_id = any(${uuidSet(several)}::uuid[])`.execute(tx);
  return [...rows, ...later.rows];
}

async function insertClicks(
  tx: Tx,
  workspaceId: string,
  changes: readonly Change[],
  agentOf: (id: string) => string,
  messages: ReadonlyMap<string, MessageOfClick>,
): Promise<void> {
  if (changes.length === 0) return;
  await sql`
    insert into clicks (workspace_id, id, message_id, link_id, contact_id, user_agent, verdict, reason)
    select w.workspace_id, u.id, u.message_id, u.link_id, u.contact_id, u.user_agent, u.verdict, u.reason
    from workspaces w, unnest(${changes.map(({ row }) => row.id)}::uuid[],
      ${changes.map(({ row }) => row.message_id)}::uuid[], ${changes.map(({ row }) => row.link_id)}::uuid[],
      ${changes.map(({ row }) => messages.get(row.message_id)?.contact_id ?? null)}::uuid[],
      ${changes.map(({ row }) => agentOf(row.id))}::text[], ${changes.map(({ verdict }) => verdict)}::text[],
      ${changes.map(({ reason }) => reason)}::text[])
      as u (id, message_id, link_id, contact_id, user_agent, verdict, reason)
    where w.workspace_id = ${workspaceId}
    on conflict do nothing`.execute(tx);
}

/** Writes verdicts that changed with what became known later. */
async function correctClicks(tx: Tx, workspaceId: string, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const ids = changes.map(({ row }) => row.id);
  await sql`
    update clicks c set verdict = u.verdict, reason = u.reason
    from unnest(${ids}::uuid[], ${changes.map(({ verdict }) => verdict)}::text[],
      ${changes.map(({ reason }) => reason)}::text[]) as u (id, verdict, reason)
    where c.workspace_id = ${workspaceId} and c.id = any(${ids}::uuid[]) and c.id = u.id`.execute(tx);
}

async function rollUp(
  tx: Tx,
  workspaceId: string,
  changes: readonly Change[],
  messages: ReadonlyMap<string, MessageOfClick>,
): Promise<{ type: string; id: string }[]> {
  const added = figures();
  const clickers = [];
  for (const { row, verdict } of changes) {
    const { source_type: type, source_id: id } = messages.get(row.message_id) as MessageOfClick;
    const change = (name: Verdict) => Number(verdict === name) - Number(row.verdict === name);
    const key = { type, id, link_id: row.link_id, at: instantOf(row.id) };
    added.add(key, { clicks: change("human"), robots: change("robot") });
    if (change("human") !== 0) clickers.push({ ...key, message_id: row.message_id, n: change("human") });
  }
  await changeClickers(tx, workspaceId, clickers, added);
  return addFigures(tx, workspaceId, added);
}
