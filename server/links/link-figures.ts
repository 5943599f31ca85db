/** Figures of clicks, rolled up by minute; no page counts the clicks themselves. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** In link_counts, the source as a whole: a person who clicked two of its links is one. */
const wholeSource = "00000000-0000-0000-0000-000000000000";

interface Key {
  type: string;
  id: string;
  link_id: string;
  /** Counted in its minute. */
  at: Date;
}

interface Figures {
  clicks: number;
  people: number;
  robots: number;
}

/** Collects figures by source, link and minute. */
export function figures() {
  const all = new Map<string, Omit<Key, "at"> & Figures & { minute: number }>();
  return {
    all,
    add({ type, id, link_id, at }: Key, more: Partial<Figures>) {
      const minute = Math.floor(at.getTime() / 60_000) * 60_000;
      const none = () => ({ type, id, link_id, minute, clicks: 0, people: 0, robots: 0 });
      const found = all.getOrInsertComputed(`${type} ${id} ${link_id} ${minute}`, none);
      found.clicks += more.clicks ?? 0;
      found.people += more.people ?? 0;
      found.robots += more.robots ?? 0;
    },
  };
}

type Collected = ReturnType<typeof figures>;

/** Adds them to link_counts, and answers the sources. Sorted, so that two transactions never deadlock. */
export async function addFigures(
  tx: Tx,
  workspaceId: string,
  { all }: Collected,
): Promise<{ type: string; id: string }[]> {
  const changed = [...all].filter(([, row]) => row.clicks !== 0 || row.people !== 0 || row.robots !== 0);
  if (changed.length === 0) return [];
  const rows = changed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await sql`
    insert into link_counts (workspace_id, source_type, source_id, link_id, minute, clicks, people, robots)
    select w.workspace_id, u.source_type, u.source_id, u.link_id, u.minute, u.clicks, u.people, u.robots
    from workspaces w, unnest(${rows.map((row) => row.type)}::text[], ${rows.map((row) => row.id)}::uuid[],
      ${rows.map((row) => row.link_id)}::uuid[], ${rows.map((row) => new Date(row.minute))}::timestamptz[],
      ${rows.map((row) => row.clicks)}::bigint[], ${rows.map((row) => row.people)}::bigint[],
      ${rows.map((row) => row.robots)}::bigint[])
      as u (source_type, source_id, link_id, minute, clicks, people, robots)
    where w.workspace_id = ${workspaceId}
    on conflict (workspace_id, source_type, source_id, link_id, minute) do update set
      clicks = link_counts.clicks + excluded.clicks, people = link_counts.people + excluded.people,
      robots = link_counts.robots + excluded.robots`.execute(tx);
  return [...new Map(rows.map(({ type, id }) => [`${type} ${id}`, { type, id }])).values()];
}

/** Changes how often people clicked, and adds to `added` those who are counted for the first time, or no longer. */
export async function changeClickers(
  tx: Tx,
  workspaceId: string,
  changes: readonly (Key & { message_id: string; n: number })[],
  added: Collected,
): Promise<void> {
  if (changes.length === 0) return;
  const sources = [...new Set(changes.map(({ id }) => id))];
  const messages = [...new Set(changes.map(({ message_id }) => message_id))];
  const { rows } = await sql<{ message_id: string; link_id: string; clicks: number }>`
    select message_id, link_id, clicks from clickers
    where workspace_id = ${workspaceId} and source_id = any(${sources}::uuid[])
      and message_id = any(${messages}::uuid[])`.execute(tx);
  const before = new Map(rows.map((row) => [`${row.message_id} ${row.link_id}`, row.clicks]));
  const linksOf = new Map<string, number>();
  for (const row of rows) linksOf.set(row.message_id, (linksOf.get(row.message_id) ?? 0) + 1);
  const after = new Map<string, { change: (typeof changes)[number]; clicks: number }>();
  for (const change of changes) {
    const key = `${change.message_id} ${change.link_id}`;
    const clicks = after.get(key)?.clicks ?? before.get(key) ?? 0;
    after.set(key, { change, clicks: clicks + change.n });
  }
  for (const [key, { change, clicks }] of after) {
    const step = Number(clicks > 0) - Number((before.get(key) ?? 0) > 0);
    if (step === 0) continue;
    added.add(change, { people: step });
    const links = linksOf.get(change.message_id) ?? 0;
    linksOf.set(change.message_id, links + step);
    const whole = Number(links + step > 0) - Number(links > 0);
    added.add({ ...change, link_id: wholeSource }, { people: whole });
  }
  await writeClickers(
    tx,
    workspaceId,
    [...after.values()].map(({ change, clicks }) => ({ ...change, clicks })),
  );
}

async function writeClickers(
  tx: Tx,
  workspaceId: string,
  rows: readonly { id: string; message_id: string; link_id: string; clicks: number }[],
): Promise<void> {
  const [some, none] = [rows.filter((row) => row.clicks > 0), rows.filter((row) => row.clicks <= 0)];
  if (some.length > 0)
    await sql`
      insert into clickers (workspace_id, source_id, message_id, link_id, clicks)
      select w.workspace_id, u.source_id, u.message_id, u.link_id, u.clicks
      from workspaces w, unnest(${some.map((row) => row.id)}::uuid[], ${some.map((row) => row.message_id)}::uuid[],
        ${some.map((row) => row.link_id)}::uuid[], ${some.map((row) => row.clicks)}::integer[])
        as u (source_id, message_id, link_id, clicks)
      where w.workspace_id = ${workspaceId}
      on conflict (workspace_id, source_id, message_id, link_id) do update set clicks = excluded.clicks`.execute(tx);
  if (none.length > 0)
    await sql`
      delete from clickers c
      using unnest(${none.map((row) => row.id)}::uuid[], ${none.map((row) => row.message_id)}::uuid[],
        ${none.map((row) => row.link_id)}::uuid[]) as u (source_id, message_id, link_id)
      where c.workspace_id = ${workspaceId} and c.source_id = u.source_id and c.message_id = u.message_id
        and c.link_id = u.link_id`.execute(tx);
}

/** A source's clicks: people once each, whichever of its links they clicked. */
export async function clicksOfSource(
  tx: Tx,
  workspaceId: string,
  source: { type: string; id: string },
): Promise<Figures> {
  const { rows } = await sql<Figures>`
    select coalesce(sum(clicks), 0)::bigint as clicks, coalesce(sum(robots), 0)::bigint as robots,
      coalesce(sum(people) filter (where link_id = ${wholeSource}), 0)::bigint as people
    from link_counts
    where workspace_id = ${workspaceId} and source_type = ${source.type} and source_id = ${source.id}`.execute(tx);
  return rows[0] ?? { clicks: 0, people: 0, robots: 0 };
}

/** A source's links with their clicks, most clicked first; those that nobody clicked are there too. */
export async function clicksByLink(
  tx: Tx,
  workspaceId: string,
  source: { type: string; id: string },
): Promise<(Figures & { url: string })[]> {
  const links = await sql<{ id: string; url: string }>`
    select id, url from links where workspace_id = ${workspaceId} and source_id = ${source.id} order by url`.execute(
    tx,
  );
  const counted = await sql<Figures & { link_id: string }>`
    select link_id, sum(clicks)::bigint as clicks, sum(people)::bigint as people, sum(robots)::bigint as robots
    from link_counts
    where workspace_id = ${workspaceId} and source_type = ${source.type} and source_id = ${source.id}
    group by link_id`.execute(tx);
  const byLink = new Map(counted.rows.map(({ link_id, ...row }) => [link_id, row]));
  return links.rows
    .map(({ id, url }) => ({ url, ...(byLink.get(id) ?? { clicks: 0, people: 0, robots: 0 }) }))
    .sort((a, b) => b.clicks - a.clicks || b.robots - a.robots);
}

/** Messages of a source whose links were clicked, after `after` in the order of their ids. */
export async function clickedMessages(
  tx: Tx,
  workspaceId: string,
  sourceId: string,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ message_id: string }>`
    select distinct message_id from clickers
    where workspace_id = ${workspaceId} and source_id = ${sourceId}
      ${after === null ? sql`` : sql`and message_id > ${after}::uuid`}
    order by message_id limit ${limit}`.execute(tx);
  return rows.map((row) => row.message_id);
}
