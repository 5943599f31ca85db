/** Deals the blows of a plan, and notes which texts were under way at each. */
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { isDatabaseAway } from "../../server/kit/database-away.ts";
import type { TcpProxy } from "../tcp-proxy.ts";
import { type Installation, until } from "./installation.ts";
import type { Blow, Blows } from "./plan.ts";

export interface Struck {
  dealt: Blows;
  /** Blows that left texts between journal and record. */
  met: Blows;
  /** Ids of all texts that were between journal and record at some blow. */
  under_way: Set<string>;
}

/** How long the network keeps both ends believing in it. */
const silence = 4_000;
/** What is still in the journal after this was left there by the blow. */
const aWhile = 500;
const aimFor = 1_000;
const noBlows = (): Blows => ({ worker: 0, api: 0, database: 0, network: 0 });

/** Resolves when the last blow is dealt and looked into. */
export async function strike(
  installation: Installation,
  network: TcpProxy | null,
  blows: readonly Blow[],
  signal: AbortSignal,
): Promise<Struck> {
  const struck: Struck = { dealt: noBlows(), met: noBlows(), under_way: new Set() };
  const looks: Promise<void>[] = [];
  const began = Date.now();
  for (const blow of blows) {
    const wait = began + blow.at - Date.now();
    if (wait > 0) await delay(wait, undefined, { signal });
    signal.throwIfAborted();
    if (blow.aimed) await handOver(installation.superuser);
    if (!(await deal(installation, network, blow))) continue;
    struck.dealt[blow.kind]++;
    if (blow.kind === "api") continue;
    const open = await underWay(installation.superuser);
    for (const id of open) struck.under_way.add(id);
    looks.push(
      (async () => {
        await delay(aWhile);
        const stuck = await underWay(installation.superuser);
        if (stuck.some((id) => open.includes(id))) struck.met[blow.kind]++;
      })(),
    );
  }
  await Promise.all(looks);
  return struck;
}

async function deal(installation: Installation, network: TcpProxy | null, blow: Blow): Promise<boolean> {
  if (blow.kind === "worker") {
    const standing = () => installation.workers.filter((worker) => worker.ready());
    await until(() => standing().length > 0, "a worker to kill");
    const victims = standing();
    victims[blow.which % victims.length]?.kill();
  } else if (blow.kind === "api") installation.api.kill();
  else if (blow.kind === "database") return installation.killDatabase();
  else if (!network) return false;
  else if (blow.how === "reset") network.reset();
  else if (blow.how === "half") network.resetHalfway();
  else network.swallow(silence);
  return true;
}

/** Waits, but not for long, until texts are between journal and record. */
async function handOver(superuser: string): Promise<void> {
  const end = Date.now() + aimFor;
  await withClient(superuser, async (client) => {
    while (Date.now() < end) {
      const { rowCount } = await client.query("select from dispatch_journal limit 1");
      if (rowCount) return;
    }
  });
}

/** Texts in open journals. Asks until the database answers. */
async function underWay(superuser: string): Promise<string[]> {
  let found: string[] | null = null;
  await until(async () => {
    found = await withClient(superuser, async (client) => {
      const { rows } = await client.query<{ message_id: string }>(
        `select q.message_id from dispatch_journal j
         join message_queue q on q.workspace_id = j.workspace_id and q.sender_id = j.sender_id and q.seq = any(j.seqs)`,
      );
      return rows.map((row) => row.message_id);
    });
    return found !== null;
  }, "the database after a blow");
  return found ?? [];
}

/** Asks the database; null while it is between two lives. */
async function withClient<Found>(superuser: string, ask: (client: pg.Client) => Promise<Found>): Promise<Found | null> {
  const client = new pg.Client({ connectionString: superuser });
  client.on("error", () => {}); // the query says so
  try {
    await client.connect();
    return await ask(client);
  } catch (error) {
    if (isDatabaseAway(error)) return null;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}
