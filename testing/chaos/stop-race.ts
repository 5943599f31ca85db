/**
 * Recipients of a campaign send STOP at about the moment at which their text is submitted. No text may be submitted after its STOP was
 * acknowledged, by the carrier's own order.
 *
 * For SMPP that is the order of the SMSC: its records say how many texts it had accepted when it received the answer to the STOP.
 * For the sandbox it is the machine's clock: when the request with the STOP was answered, and when the sandbox accepted the text.
 */
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { openDb } from "../../server/kit/db.ts";
import { instantOf } from "../../server/kit/id.ts";
import { workspaceConnection } from "../../server/kit/workspace-role.ts";
import { seeded } from "../random.ts";
import { call } from "./client.ts";
import { type Installation, until } from "./installation.ts";
import type { Verdict } from "./judge.ts";
import type { Network } from "./network.ts";
import { leftOver } from "./records.ts";
import type { RunOptions } from "./run.ts";
import { type CarrierName, createTenant, type Tenant, type ThroughNetwork } from "./tenant.ts";

/** A trial: one recipient of a campaign. */
interface Trial {
  number: string;
  /** How many texts before its own the STOP is sent; negative: after it. */
  ahead: number;
}

const lanes = 4;
const rates = Array.from({ length: lanes }, () => 40);
const atOnce = 32;
const lookEvery = 25;
const campaignText = "Tilbud";

/** Runs the trials, divided evenly between the carriers. */
export async function raceStops(
  installation: Installation,
  network: Network,
  options: Pick<RunOptions, "seed" | "carriers" | "say" | "signal"> & { trials: number },
): Promise<Verdict> {
  const { carriers, trials } = options;
  const each = Math.ceil(trials / carriers.length / lanes);
  const verdicts = await Promise.all(carriers.map((name) => race(installation, network, name, each, options)));
  return {
    lines: verdicts.flatMap(({ lines }) => lines),
    violations: verdicts.flatMap(({ violations }) => violations),
  };
}

async function race(
  installation: Installation,
  network: Network,
  name: CarrierName,
  perLane: number,
  { seed, say, signal }: Pick<RunOptions, "seed" | "say" | "signal">,
): Promise<Verdict> {
  const { connection, secret_key, superuser, urls } = installation;
  const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 1 });
  const scale = { messages: 0, lists: lanes, list_size: perLane, senders: lanes, rates, texts: 1 };
  const line: ThroughNetwork | null =
    name === "smpp" ? { kind: name, network, urls, secret_key, response_seconds: 10 } : null;
  const tenant = await createTenant(db, `race through ${name}`, name === "smpp" ? "17" : "16", scale, line);
  await db.close();
  const client = new pg.Pool({ connectionString: superuser, max: lanes });
  try {
    await client.query("delete from sandbox_phones where workspace_id = $1", [tenant.id]);
    if (line) await network.smsc.behave({ submit_status_to: {}, stat_to: {}, throttle_share: 0 });
    const acknowledged = new Map<string, number>();
    await Promise.all(
      tenant.senders.map(async (sender, i) => {
        await sendCampaign(installation, tenant, sender, tenant.lists[i] ?? "");
        const trials = await inTheirOrder(client, tenant, sender, perLane, seed + i);
        await stopAll(installation, network, client, { tenant, lane: i, sender, trials, acknowledged, signal });
      }),
    );
    say(`${tenant.name}: every STOP is sent; waiting until nothing is under way`);
    await until(async () => (await leftOver(client, tenant)).length === 0, "everything to finish");
    return await compare(client, network, tenant, acknowledged);
  } finally {
    await client.end();
  }
}

async function sendCampaign({ urls }: Installation, { key }: Tenant, sender: string, list: string): Promise<void> {
  const draft = await call(urls[0] ?? "", key, "POST", "/campaigns", {
    body: {
      name: `To ${list}`,
      text: campaignText,
      sender,
      subscription_type: "marketing",
      include: { lists: [list], contacts: [] },
      opt_out_text: false,
    },
  });
  const sent = await call(urls[0] ?? "", key, "POST", `/campaigns/${draft.body.id}/send`);
  if (sent.status !== 202) throw new Error(`send: ${sent.status} ${JSON.stringify(sent.body)}`);
}

/** The campaign's recipients in the order of submission, once all of them are in the ledger. */
async function inTheirOrder(
  client: pg.Pool,
  tenant: Tenant,
  sender: string,
  count: number,
  seed: number,
): Promise<Trial[]> {
  const random = seeded(seed);
  let trials: Trial[] = [];
  // Chunks of a campaign are inserted by contact, into ledger and queue in the same order.
  await until(async () => {
    const { rows } = await client.query<{ number: string }>(
      `select m.number from messages m
       left join message_queue q on q.workspace_id = m.workspace_id and q.sender_id = m.sender_id and q.message_id = m.id
       where m.workspace_id = $1 and m.sender_id = $2 and m.class = 'marketing'
       order by q.seq nulls first, m.submitted_at`,
      [tenant.id, sender],
    );
    trials = rows.map(({ number }) => ({ number, ahead: random.whole(-8, 40) }));
    return rows.length === count;
  }, "the campaign's preparation");
  return trials;
}

interface Lane {
  tenant: Tenant;
  lane: number;
  sender: string;
  trials: Trial[];
  /** When the STOP of each of the sandbox's handsets was acknowledged. */
  acknowledged: Map<string, number>;
  signal: AbortSignal;
}

/** Sends each recipient's STOP when their text is nearly due. */
async function stopAll(installation: Installation, network: Network, client: pg.Pool, lane: Lane): Promise<void> {
  const { tenant, trials, sender, signal } = lane;
  const waiting = new Map(trials.map((trial, place) => [place, trial]));
  const under = new Set<Promise<void>>();
  while (waiting.size > 0) {
    signal.throwIfAborted();
    const { rows } = await client.query<{ n: number }>(
      "select count(*)::int as n from message_queue where workspace_id = $1 and sender_id = $2 and priority = 1",
      [tenant.id, sender],
    );
    const left = trials.length - (rows[0]?.n ?? 0);
    for (const [place, trial] of waiting) {
      if (place - trial.ahead > left && left < trials.length) continue;
      waiting.delete(place);
      const sent: Promise<void> = sendStop(installation, network, lane, trial).finally(() => under.delete(sent));
      under.add(sent);
      if (under.size >= atOnce) await Promise.race(under);
    }
    await delay(lookEvery);
  }
  await Promise.all(under);
}

async function sendStop(
  { urls }: Installation,
  { smsc }: Network,
  { tenant, lane, acknowledged }: Lane,
  { number }: Trial,
): Promise<void> {
  const to = tenant.addresses[lane] ?? "";
  if (!tenant.can_look_up) return smsc.sendTexts([{ from: number.slice(1), to: to.slice(1), text: "STOP" }]);
  const url = urls[lane % urls.length] ?? "";
  const path = `/sandbox/phones/${number}/reply`;
  // Repeated until there is an answer.
  const send = () => call(url, tenant.key, "POST", path, { body: { to, text: "STOP" } }).catch(() => null);
  await until(async () => ((await send())?.status ?? 503) < 300, `the answer to a STOP from ${number}`);
  acknowledged.set(number, performance.timeOrigin + performance.now());
}

async function compare(
  client: pg.Pool,
  { smsc }: Network,
  tenant: Tenant,
  acknowledged: ReadonlyMap<string, number>,
): Promise<Verdict> {
  const violations: string[] = [];
  let trials = 0;
  let left = 0;
  const late = (number: string, by: string) =>
    violations.push(`${tenant.name}: ${number} was sent the text ${by} its STOP`);
  if (tenant.can_look_up) {
    const { rows } = await client.query<{ id: string; phone: string }>(
      "select id, phone from sandbox_messages where workspace_id = $1 and outbound and text = $2",
      [tenant.id, campaignText],
    );
    trials = acknowledged.size;
    left = rows.length;
    for (const { id, phone } of rows) {
      const by = instantOf(id).getTime() - (acknowledged.get(phone) ?? Number.POSITIVE_INFINITY);
      if (by > 0) late(phone, `${by.toFixed(1)} ms after`);
    }
  } else {
    const stops = new Map((await smsc.acknowledged()).map(({ from, taken_before }) => [from, taken_before]));
    const taken = (await smsc.taken()).map((text, place) => ({ ...text, place }));
    trials = stops.size;
    for (const { to, text, place } of taken) {
      if (text !== campaignText) continue;
      left++;
      const before = stops.get(to) ?? Number.POSITIVE_INFINITY;
      if (place >= before) late(to, `${place - before} texts after`);
    }
  }
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::int as n from messages
     where workspace_id = $1 and class = 'marketing' and status = 'skipped' and reason = 'opted_out'`,
    [tenant.id],
  );
  const stopped = rows[0]?.n ?? 0;
  // If one side nearly always wins, the run has not tested the race.
  if (stopped < trials / 20 || left < trials / 20)
    violations.push(
      `${tenant.name}: ${stopped} of ${trials} texts were stopped and ${left} had been submitted: that is no race`,
    );
  return {
    lines: [
      `${tenant.name}: ${trials} STOPs acknowledged during the campaigns; ${left} texts had been submitted before, ` +
        `${stopped} were stopped, ${violations.length} were submitted afterwards`,
    ],
    violations,
  };
}
