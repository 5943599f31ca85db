/** Where a short link leads: looked up by its code in all workspaces, many codes at a time. */
import { sql } from "kysely";
import { readTarget } from "../../rules/links.ts";
import { type Db, systemScope, type Tx } from "../kit/db.ts";
import { createBatchQueue } from "../kit/gather.ts";
import { instantOf } from "../kit/id.ts";
import { eachInTransaction } from "../kit/prepared.ts";
import { linkLife } from "./short-links.ts";

/** A short link that was asked for. */
export interface FoundLink {
  workspace_id: string;
  message_id: string;
  link_id: string;
  /** Null: it leads nowhere any more. */
  target: string | null;
}

interface Row {
  workspace_id: string;
  code: string;
  message_id: string;
  link_id: string;
  url: string | null;
  closed: boolean;
}

/** Addresses in the cache; they never change. What a code leads to is read each time, so that an erasure holds at once. */
const mostCached = 10_000;
const mostAtOnce = 1_000;

/** Finds what a code leads to at `now`; null for a code that does not exist. */
export type FindTarget = (code: bigint, now: Date) => Promise<FoundLink | null>;

export function createFindTarget(db: Db, { cached = mostCached } = {}): FindTarget {
  const addresses = new Map<string, string>();
  interface Asked {
    code: string;
    done(row: Row | null): void;
    fail(error: unknown): void;
  }
  const queue = createBatchQueue<Asked>({ most: mostAtOnce, work: lookUp, sideBySide: 4 });

  async function lookUp(batch: Asked[]): Promise<void> {
    try {
      const codes = [...new Set(batch.map(({ code }) => code))];
      const rows = await inOneTransaction(db, (tx) => findShortLinks(tx, codes));
      const open = rows.filter(({ url, closed }) => url === null && !closed);
      // Of this batch, apart from the cache, which another batch may empty meanwhile.
      const urls = new Map(open.map(({ link_id }) => [link_id, addresses.get(link_id)]));
      const unknown = open.filter(({ link_id }) => urls.get(link_id) === undefined);
      for (const [workspaceId, group] of Map.groupBy(unknown, (row) => row.workspace_id)) {
        const ids = [...new Set(group.map((row) => row.link_id))];
        const links = await inOneTransaction(db, (tx) => findLinks(tx, workspaceId, ids));
        if (addresses.size + links.length > cached) addresses.clear();
        for (const { id, url } of links) {
          addresses.set(id, url);
          urls.set(id, url);
        }
      }
      for (const row of open) row.url = urls.get(row.link_id) ?? null;
      // Reversed: of several with one code the first counts.
      const found = new Map(rows.toReversed().map((row) => [row.code, row]));
      for (const { code, done } of batch) done(found.get(code) ?? null);
    } catch (error) {
      for (const { fail } of batch) fail(error);
    }
  }

  return async (code, now) => {
    const row = await new Promise<Row | null>((done, fail) => queue.add({ code: String(code), done, fail }));
    if (!row) return null;
    const { workspace_id, message_id, link_id, closed, url } = row;
    const isOver = closed || url === null || now.getTime() - instantOf(message_id).getTime() > linkLife;
    return { workspace_id, message_id, link_id, target: isOver ? null : readTarget(url) };
  };
}

async function findShortLinks(tx: Tx, codes: readonly string[]): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select workspace_id, code::text as code, message_id, link_id, url, closed from short_links
    where code = any(${`{${codes.join(",")}}`}::bigint[])
    order by closed, message_id desc`.execute(tx);
  return rows;
}

async function findLinks(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<{ id: string; url: string }[]> {
  const { rows } = await sql<{ id: string; url: string }>`
    select id, url from links where workspace_id = ${workspaceId}::uuid and id = any(${`{${ids.join(",")}}`}::uuid[])`.execute(
    tx,
  );
  return rows;
}

/** One statement in a transaction that sees all workspaces, in one round trip. */
async function inOneTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  let outcome: PromiseSettledResult<T> | undefined;
  await eachInTransaction<T>(db.pool, [{ scope: systemScope, work, ended: (ended) => void (outcome = ended) }]);
  if (outcome?.status === "fulfilled") return outcome.value;
  throw outcome?.reason ?? new Error("the transaction has no outcome");
}
