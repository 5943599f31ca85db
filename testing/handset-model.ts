/**
 * A person with a phone, a provider that loses acknowledgements, and two processes: commands for fast-check, and what should
 * hold after each. Used by smpp-redelivery-model.test.ts.
 */
import type fc from "fast-check";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished } from "vitest";
import { systemClock } from "../server/kit/clock.ts";
import { openDb } from "../server/kit/db.ts";
import { createInboundIntake } from "../server/messages/inbound.ts";
import type { TestDatabase } from "./database.ts";
import { type ProviderConnection, startHandsetNetwork } from "./handset-network.ts";
import { addContacts, ledger, send } from "./road.ts";
import { makeSmpp } from "./smpp-carrier.ts";
import { addSmppConnection } from "./smpp-road.ts";
import type { Deliver } from "./smsc-pdu.ts";
import { partsOf } from "./smsc-texts.ts";
import { until } from "./until.ts";
import { createTestWorkspace } from "./workspace.ts";

const long = `${"En lang tekst om ingenting. ".repeat(8)}slutt`;
export const words = ["STOP", "START", "Ja", "Hei", long] as const;
type Words = (typeof words)[number];

export const from = "4791000001";
const perProcess = 2;
export const connections = perProcess * 2;

/** Two processes with their own pools, intakes and connections to one provider. */
export async function startWorld({ db, connection, workspaces }: Omit<TestDatabase, "superuser">) {
  const network = await startHandsetNetwork();
  onTestFinished(() => network.stop());
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  await addContacts(db, workspace.id, [{ mobile: `+${from}` }]);
  const settings = { port: network.port, binds: perProcess };
  const carrier_id = await addSmppConnection(db, workspace, settings);
  for (let i = 0; i < 2; i++) {
    const own = openDb({ connection, workspaces, max: 6 });
    const onInbound = createInboundIntake({
      db: own,
      clock: systemClock,
      news: { tell() {} },
      log: pino({ level: "silent" }),
    });
    const carrier = makeSmpp(own, workspace.id, settings, { carrier_id, sweep_ms: 20 });
    await carrier.start({ onReceipts: async () => {}, onInbound });
    onTestFinished(() => carrier.stop().then(() => own.close()));
  }
  await network.bound(connections);
  return { db, network, workspace };
}
export type World = Awaited<ReturnType<typeof startWorld>>;

/** What should hold. Texts of the same words are counted. */
export interface Model {
  stopped: boolean;
  least: Map<Words, number>;
  most: Map<Words, number>;
  /** Brought, written down, and its acknowledgement never read: comes again when its connection has ended. */
  pending: { words: Words; parts: { sequence: number; bind: ProviderConnection }[]; reference: number } | null;
  sequence: number;
  reference: number;
  cuts: number;
}

const pdusOf = ({ workspace }: World, text: Words, reference: number) =>
  partsOf({ from, to: workspace.sender.address.slice(1), text, reference });

function count(model: Model, text: Words, least: number, most = least): void {
  model.least.set(text, (model.least.get(text) ?? 0) + least);
  model.most.set(text, (model.most.get(text) ?? 0) + most);
}

function act(model: Model, text: Words): void {
  if (text === "STOP") model.stopped = true;
  if (text === "START" || text === "Ja") model.stopped = false;
}

async function check({ db, workspace }: World, model: Model): Promise<void> {
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql`select 1 from opt_outs where workspace_id = ${workspace.id}`.execute(tx),
  );
  expect(rows.length > 0, "opted out").toBe(model.stopped);
  if (model.stopped) expect(await send(db, workspace, { class: "marketing" })).toMatchObject({ queued: 0 });
  const received = (await ledger(db, workspace.id)).filter(({ status }) => status === "received");
  for (const text of words) {
    const found = received.filter((row) => row.text === text).length;
    expect(found, text.slice(0, 5)).toBeGreaterThanOrEqual(model.least.get(text) ?? 0);
    expect(found, text.slice(0, 5)).toBeLessThanOrEqual(model.most.get(text) ?? 0);
  }
}

async function acknowledged(bind: ProviderConnection, pdu: Deliver, sequence: number): Promise<void> {
  expect(await bind.deliver(pdu, sequence)).toBe(0);
}

async function takenBy(bind: ProviderConnection, parts: number): Promise<void> {
  await until(() => expect(bind.unread()).toBe(parts));
}

async function ended({ network }: World, bind: ProviderConnection | undefined): Promise<void> {
  await until(() => expect(network.connections()).not.toContain(bind));
}

/** Waits until nothing is in doubt but what a lost connection left. */
async function agreed({ db, workspace }: World): Promise<void> {
  await until(async () => {
    const { rows } = await db.asSystem((tx) =>
      sql`select 1 from smpp_in_doubt where workspace_id = ${workspace.id} and not lost`.execute(tx),
    );
    expect(rows).toEqual([]);
  });
}

const standing = ({ network }: World, model: Model) =>
  network.connections().filter((each) => model.pending?.parts[0]?.bind !== each);

export class Bring implements fc.AsyncCommand<Model, World> {
  readonly text: Words;
  readonly bind: number;
  constructor(text: Words, bind: number) {
    this.text = text;
    this.bind = bind;
  }
  check = () => true;
  async run(model: Model, world: World): Promise<void> {
    const binds = standing(world, model);
    const reference = ++model.reference;
    for (const [i, pdu] of pdusOf(world, this.text, reference).entries()) {
      const bind = binds[(this.bind + i) % binds.length] as ProviderConnection;
      await acknowledged(bind, pdu, ++model.sequence);
    }
    act(model, this.text);
    count(model, this.text, 1);
    await check(world, model);
  }
  toString = () => `bring ${this.text.slice(0, 5)} by ${this.bind}`;
}

export class BringInDoubt implements fc.AsyncCommand<Model, World> {
  readonly text: Words;
  readonly bind: number;
  constructor(text: Words, bind: number) {
    this.text = text;
    this.bind = bind;
  }
  check = ({ pending, cuts }: Readonly<Model>) => pending === null && cuts < 3;
  async run(model: Model, world: World): Promise<void> {
    const binds = world.network.connections();
    const bind = binds[this.bind % binds.length] as ProviderConnection;
    const reference = ++model.reference;
    const pdus = pdusOf(world, this.text, reference);
    bind.turnDeaf();
    const parts = pdus.map((pdu) => {
      const sequence = ++model.sequence;
      void bind.deliver(pdu, sequence);
      return { sequence, bind };
    });
    await takenBy(bind, parts.length);
    model.pending = { words: this.text, parts, reference };
    act(model, this.text);
    count(model, this.text, 1);
    await check(world, model);
  }
  toString = () => `bring ${this.text.slice(0, 5)} by ${this.bind}, acknowledgement lost`;
}

export class BringAgain implements fc.AsyncCommand<Model, World> {
  readonly renumbered: boolean;
  readonly bind: number;
  constructor(renumbered: boolean, bind: number) {
    this.renumbered = renumbered;
    this.bind = bind;
  }
  check = ({ pending }: Readonly<Model>) => pending !== null;
  async run(model: Model, world: World): Promise<void> {
    const { words: text, parts, reference } = model.pending as NonNullable<Model["pending"]>;
    parts[0]?.bind.cut();
    model.cuts++;
    model.pending = null;
    await ended(world, parts[0]?.bind);
    await world.network.bound(connections);
    const binds = world.network.connections();
    for (const [i, pdu] of pdusOf(world, text, reference).entries()) {
      const sequence = this.renumbered ? ++model.sequence : (parts[i]?.sequence as number);
      const bind = binds[(this.bind + i) % binds.length] as ProviderConnection;
      await acknowledged(bind, pdu, sequence);
    }
    if (this.renumbered) {
      // Nobody can tell, so it may be there twice; a STOP counts as new and a START as old.
      count(model, text, 0, 1);
      if (text === "STOP") model.stopped = true;
    }
    await check(world, model);
  }
  toString = () => `cut, and bring again by ${this.bind}${this.renumbered ? " renumbered" : ""}`;
}

/** Provider and process agree that everything was read; then a connection ends, and numbering begins anew. */
export class CutQuietly implements fc.AsyncCommand<Model, World> {
  readonly bind: number;
  constructor(bind: number) {
    this.bind = bind;
  }
  check = ({ pending, cuts }: Readonly<Model>) => pending === null && cuts < 3;
  async run(model: Model, world: World): Promise<void> {
    await agreed(world);
    const binds = world.network.connections();
    const bind = binds[this.bind % binds.length] as ProviderConnection;
    bind.cut();
    model.cuts++;
    await ended(world, bind);
    await world.network.bound(connections);
    model.sequence = 0;
  }
  toString = () => `cut ${this.bind} quietly, and number anew`;
}
