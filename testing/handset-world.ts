/**
 * People with phones, a provider that may lose acknowledgements, and two Varsla processes with one connection to it, each with its
 * own pools, intake and binds. A test can make a process refuse texts, and advance the clock.
 */
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished } from "vitest";
import { keywordSets } from "../rules/keyword-sets.ts";
import { keywordOf } from "../rules/opt-out-keywords.ts";
import type { InboundText } from "../server/carriers/carrier.ts";
import type { Clock } from "../server/kit/clock.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import { createInboundIntake, type InboundIntake } from "../server/messages/receive/inbound.ts";
import type { TestDatabase } from "./database.ts";
import { type ProviderConnection, startHandsetNetwork } from "./handset-network.ts";
import { addContacts, type LedgerRow, send } from "./pipeline.ts";
import { makeSmpp } from "./smpp-carrier.ts";
import { addSmppConnection } from "./smpp-pipeline.ts";
import type { Deliver } from "./smsc-pdu.ts";
import { partsOf } from "./smsc-texts.ts";
import { until } from "./until.ts";
import { createTestWorkspace, setKeywords } from "./workspace.ts";

/**
 * Why a process refuses texts for now. "away": its database is away. "writing": it cannot store them. "knowing": it stored them but
 * does not know (the answer to the commit was lost).
 */
export type Failing = "away" | "writing" | "knowing";

export interface HandsetProcess {
  intake: InboundIntake;
  failing: Failing | null;
  /** Number of texts that its intake received. */
  received: number;
}

const perProcess = 2;
export const binds = perProcess * 2;
/** ESME_RX_T_APPN: refused for now. */
const later = 0x64;

/** The workspace's own keywords, in addition to the standard ones. */
const ownWords = {
  stop: { added: ["LOPETA"], removed: [] },
  start: { added: ["PÅ IGJEN"], removed: [] },
  help: { added: ["APUA"], removed: [] },
};
const sets = keywordSets(ownWords);

const nameOf = (process: number) => `process${process}`;

export async function startHandsetWorld({ db, connection, workspaces }: Omit<TestDatabase, "superuser">) {
  const network = await startHandsetNetwork();
  onTestFinished(() => network.stop());
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  await setKeywords(db, workspace.id, ownWords);
  const settings = { port: network.port, binds: perProcess };
  const carrier_id = await addSmppConnection(db, workspace, settings);
  let ahead_ms = 0;
  const clock: Clock = { now: () => new Date(Date.now() + ahead_ms) };

  async function startProcess(number: number): Promise<HandsetProcess> {
    const own = openDb({ connection, workspaces, max: 6 });
    const liveUpdates = { publish() {}, publishSources() {} };
    const log = pino({ level: process.env.TEST_LOG ?? "silent" });
    const intake = createInboundIntake({ db: own, clock, liveUpdates, log });
    const self: HandsetProcess = { intake, failing: null, received: 0 };
    const workspacePool = {
      connect: () =>
        self.failing === "away" ? Promise.reject(new Error("connect ECONNREFUSED")) : own.workspacePool.connect(),
    };
    const carrier = makeSmpp(
      { ...own, workspacePool } as unknown as Db,
      workspace.id,
      { ...settings, system_id: nameOf(number) },
      { carrier_id, clock, sweep_ms: 20, timing: { first_pause: 5, longest_pause: 20, proof_every: 50 } },
    );
    const onInbound = async (texts: InboundText[]) => {
      self.received += texts.length;
      if (self.failing === "writing" || self.failing === "away")
        throw new Error("terminating connection due to administrator command");
      await intake(texts);
      if (self.failing === "knowing") throw new Error("Connection terminated unexpectedly");
    };
    await carrier.start({ onReceipts: async () => {}, onInbound });
    onTestFinished(() => carrier.stop().then(() => own.close()));
    return self;
  }

  const processes = [await startProcess(0), await startProcess(1)] as const;
  await network.bound(binds);
  const sequences = new WeakMap<ProviderConnection, number>();

  const processOf = (bind: ProviderConnection) => (bind.name() === nameOf(0) ? processes[0] : processes[1]);

  /** Sequence numbers start again with each bind. */
  function nextSequence(bind: ProviderConnection): number {
    const next = (sequences.get(bind) ?? 0) + 1;
    sequences.set(bind, next);
    return next;
  }

  /** The deliver_sm of a text, one for each of its parts. */
  const pdusOf = (from: string, text: string, reference?: number): Deliver[] =>
    partsOf({ from, to: workspace.sender.address.slice(1), text, ...(reference !== undefined && { reference }) });

  /** Delivers a text in one part, with the next sequence number unless one is given; returns the status of its acknowledgement. */
  const bring = (bind: ProviderConnection, from: string, text: string, sequence = nextSequence(bind)) =>
    bind.deliver(pdusOf(from, text)[0] as Deliver, sequence);

  async function databaseTime(): Promise<Date> {
    const { rows } = await db.asSystem((tx) => sql<{ now: Date }>`select clock_timestamp() as now`.execute(tx));
    return rows[0]?.now as Date;
  }

  /** Delivers a text that the bind's process refuses for now; resolves once the doubt about it is stored for all processes. */
  async function bringRefused(bind: ProviderConnection, from: string, text: string, failing: Failing): Promise<void> {
    const process = processOf(bind);
    const before = await databaseTime();
    process.failing = failing;
    expect(await bring(bind, from, text)).toBe(later);
    process.failing = null;
    const keyword = keywordOf(text, sets);
    // A STOP is never in doubt, and nothing is stored about other texts while the database is away.
    if (keyword === "stop" || (keyword === null && failing === "away")) return;
    await until(async () => {
      const { rows } = await db.asSystem((tx) =>
        sql`
          select 1 from smpp_in_doubt
          where workspace_id = ${workspace.id} and sequence is null and heard_at > ${before}`.execute(tx),
      );
      expect(rows).not.toEqual([]);
    });
  }

  /** Waits until only lost or refused texts are in doubt. An open connection that does not read keeps it waiting. */
  async function resolved(): Promise<void> {
    await until(async () => {
      const { rows } = await db.asSystem((tx) =>
        sql`
          select 1 from smpp_in_doubt
          where workspace_id = ${workspace.id} and not lost and sequence is not null`.execute(tx),
      );
      expect(rows).toEqual([]);
    });
  }

  async function cut(bind: ProviderConnection): Promise<void> {
    bind.cut();
    await until(() => expect(network.connections()).not.toContain(bind));
    await network.bound(binds);
  }

  /** Time passes without texts. Doubt about texts whose connection is open stays. */
  async function pass(ms: number): Promise<void> {
    ahead_ms += ms;
    await db.asSystem(async (tx) => {
      const by = sql`make_interval(secs => ${ms / 1000})`;
      await sql`update smpp_in_doubt set heard_at = heard_at - ${by} where workspace_id = ${workspace.id}`.execute(tx);
      await sql`update smpp_parts set at = at - ${by} where workspace_id = ${workspace.id}`.execute(tx);
    });
  }

  /** Adds a contact who consents to marketing; returns its id. */
  async function person(from: string): Promise<string> {
    const [id] = await addContacts(db, workspace.id, [{ mobile: `+${from}` }]);
    return id as string;
  }

  async function isOptedOut(from: string): Promise<boolean> {
    const { rows } = await db.inWorkspace(workspace.id, (tx) =>
      sql`select 1 from opt_outs where workspace_id = ${workspace.id} and number = ${`+${from}`}`.execute(tx),
    );
    return rows.length > 0;
  }

  /** Sends a marketing text to the contact; returns how many were queued: one or none. */
  async function marketing(contactId: string): Promise<number> {
    const recipients = { contacts: sql`select ${contactId}::uuid` };
    return (await send(db, workspace, { class: "marketing", recipients })).queued;
  }

  async function rowsOf(from: string): Promise<LedgerRow[]> {
    const { rows } = await db.inWorkspace(workspace.id, (tx) =>
      sql<LedgerRow>`
        select * from messages where workspace_id = ${workspace.id} and number = ${`+${from}`} order by id`.execute(tx),
    );
    return rows;
  }

  return {
    db,
    connection,
    network,
    workspace,
    clock,
    processOf,
    bindsOf: (process: number) => network.connections().filter((bind) => bind.name() === nameOf(process)),
    nextSequence,
    pdusOf,
    bring,
    bringRefused,
    resolved,
    cut,
    pass,
    /** Makes the next text later than all before. */
    tick: () => void ahead_ms++,
    person,
    isOptedOut,
    marketing,
    /** The texts received from a person, in order. */
    received: async (from: string) =>
      (await rowsOf(from)).flatMap((row) => (row.status === "received" ? [row.text] : [])),
  };
}

export type HandsetWorld = Awaited<ReturnType<typeof startHandsetWorld>>;
