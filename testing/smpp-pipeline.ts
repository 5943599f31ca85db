/** The message pipeline over one SMPP connection, as wire.ts puts it together, in front of a test SMSC. */
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished } from "vitest";
import type { SmppSettings } from "../contract/carriers.ts";
import { countSegments } from "../rules/gsm-segments.ts";
import type {
  Carrier,
  CarrierEvents,
  InboundText,
  OutboundText,
  Outcome,
  Receipt,
} from "../server/carriers/carrier.ts";
import { systemClock } from "../server/kit/clock.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import type { DispatcherOptions } from "../server/messages/dispatch/dispatcher.ts";
import { pathConnections } from "../server/messages/dispatch/message-path.ts";
import { onlyCarriers } from "./carriers.ts";
import { startTestPath } from "./message-path.ts";
import { newId } from "./new-id.ts";
import { makeSmpp, type SmppCarrierOptions, type SmppSettingsInput } from "./smpp-carrier.ts";
import { type Smsc, type SmscOptions, startSmsc } from "./smsc.ts";
import { until } from "./until.ts";
import { createTestWorkspace, type TestWorkspace } from "./workspace.ts";

const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const liveUpdates = { publish() {}, publishSources() {} };

export interface SmppPipeline {
  carrier: Carrier;
  carrier_id: string;
  stop(): Promise<void>;
}

export interface SmppPipelineOptions extends SmppCarrierOptions, DispatcherOptions {}

/** Inserts a connection and assigns all senders of the workspace to it; returns its id. */
export async function addSmppConnection(
  db: Db,
  workspace: TestWorkspace,
  settings: SmppSettingsInput,
): Promise<string> {
  const id = newId();
  await db.inWorkspace(workspace.id, async (tx) => {
    await sql`
      insert into carriers (workspace_id, id, kind, name, enabled, settings, secrets, created_at, updated_at)
      values (${workspace.id}, ${id}, 'smpp', 'smpp', true, ${JSON.stringify(settings)}, '', now(), now())`.execute(tx);
    await sql`update senders set carrier_id = ${id} where workspace_id = ${workspace.id}`.execute(tx);
  });
  return id;
}

/** Starts a worker's pipeline; it stops with the test. */
export async function startSmppPipeline(
  db: Db,
  workspace: TestWorkspace,
  settings: SmppSettingsInput,
  options: SmppPipelineOptions = {},
): Promise<SmppPipeline> {
  const carrier_id = options.carrier_id ?? (await addSmppConnection(db, workspace, settings));
  const pathDb = openDb({
    connection: { ...db.pool.options },
    workspaces: { ...db.workspacePool.options },
    max: pathConnections,
  });
  const carrier = makeSmpp(pathDb, workspace.id, settings, { sweep_ms: 50, ...options, carrier_id });
  const services = { clock: systemClock, liveUpdates, log };
  const path = await startTestPath({ ...services, pathDb, db, carriers: onlyCarriers(carrier) }, options);
  let stopped: Promise<void> | null = null;
  const stop = () => (stopped ??= path.stop().then(() => pathDb.close()));
  onTestFinished(stop);
  return { carrier, carrier_id, stop };
}

export interface SmppEnds {
  smsc: Smsc;
  carrier: Carrier;
  /** What the carrier reported, in order. */
  receipts: Receipt[];
  inbound: InboundText[];
  workspace: TestWorkspace;
  carrier_id: string;
  submit(texts: OutboundText[]): Promise<Outcome[]>;
  /** A text as the dispatcher submits it. */
  text(text: string, parts?: Partial<OutboundText>): OutboundText;
}

/** A test SMSC and a carrier that is bound to it, without a pipeline; both stop with the test. */
export async function connectSmpp(
  db: Db,
  settings: Partial<SmppSettings> = {},
  smscOptions: SmscOptions = {},
  options: SmppPipelineOptions & { events?: Partial<CarrierEvents>; unbound?: boolean } = {},
): Promise<SmppEnds> {
  const smsc = await startSmsc(smscOptions);
  onTestFinished(() => smsc.stop());
  const workspace = await createTestWorkspace(db);
  const given = { port: smsc.port, ...settings };
  const carrier_id = options.carrier_id ?? (await addSmppConnection(db, workspace, given));
  const carrier = makeSmpp(db, workspace.id, given, { sweep_ms: 50, ...options, carrier_id });
  const receipts: Receipt[] = [];
  const inbound: InboundText[] = [];
  await carrier.start({
    async onReceipts(batch) {
      await options.events?.onReceipts?.(batch);
      receipts.push(...batch);
    },
    async onInbound(batch) {
      await options.events?.onInbound?.(batch);
      inbound.push(...batch);
    },
  });
  onTestFinished(() => carrier.stop());
  const isUp = () => expect(carrier.state()).toMatchObject({ state: "up", bound: carrier.state().wanted });
  if (!options.unbound) await until(isUp);
  return {
    smsc,
    carrier,
    receipts,
    inbound,
    workspace,
    carrier_id,
    submit: (texts) => carrier.submit(texts, new AbortController().signal),
    text: (text, parts = {}) => ({
      workspace_id: workspace.id,
      message_id: newId(),
      from: "+4759000001",
      to: "+4790000001",
      text,
      ...countSegments(text),
      class: "marketing",
      expires_at: null,
      ...parts,
    }),
  };
}
