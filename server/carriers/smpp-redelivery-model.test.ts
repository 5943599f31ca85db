/**
 * What one person writes, over the connections of two processes, with acknowledgements that are lost and texts that come again,
 * in random order against the real thing: every keyword is acted upon in the order in which it was written, every text is there
 * once as far as that can be told, and no marketing text leaves after an acknowledged STOP. The rules are those of
 * docs/decisions/smpp.md.
 */
import fc from "fast-check";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { type ProviderConnection, startHandsetNetwork } from "../../testing/handset-network.ts";
import { addContacts, ledger, send } from "../../testing/road.ts";
import { makeSmpp } from "../../testing/smpp-carrier.ts";
import { addSmppConnection } from "../../testing/smpp-road.ts";
import { partsOf } from "../../testing/smsc-texts.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { systemClock } from "../kit/clock.ts";
import { openDb } from "../kit/db.ts";
import { createInboundIntake } from "../messages/inbound.ts";

const { db, connection, workspaces } = await testDatabase({ max: 20 });
const long = `${"En lang tekst om ingenting. ".repeat(8)}slutt`;
const words = ["STOP", "START", "Ja", "Hei", long] as const;
type Words = (typeof words)[number];

const from = "4791000001";
const perProcess = 2;
const connections = perProcess * 2;

/** Two processes with their own pools, intakes and connections to one provider. */
async function startWorld() {
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
  return { network, workspace };
}
type World = Awaited<ReturnType<typeof startWorld>>;

/** What should hold. Texts of the same words are counted. */
interface Model {
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

async function check({ workspace }: World, model: Model): Promise<void> {
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

const standing = ({ network }: World, model: Model) =>
  network.connections().filter((each) => model.pending?.parts[0]?.bind !== each);

class Bring implements fc.AsyncCommand<Model, World> {
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
      expect(await bind.deliver(pdu, ++model.sequence)).toBe(0);
    }
    act(model, this.text);
    count(model, this.text, 1);
    await check(world, model);
  }
  toString = () => `bring ${this.text.slice(0, 5)} by ${this.bind}`;
}

class BringInDoubt implements fc.AsyncCommand<Model, World> {
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
    await until(() => expect(bind.unread()).toBe(parts.length));
    model.pending = { words: this.text, parts, reference };
    act(model, this.text);
    count(model, this.text, 1);
    await check(world, model);
  }
  toString = () => `bring ${this.text.slice(0, 5)} by ${this.bind}, acknowledgement lost`;
}

class BringAgain implements fc.AsyncCommand<Model, World> {
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
    await until(() => expect(world.network.connections()).not.toContain(parts[0]?.bind));
    await world.network.bound(connections);
    const binds = world.network.connections();
    for (const [i, pdu] of pdusOf(world, text, reference).entries()) {
      const sequence = this.renumbered ? ++model.sequence : (parts[i]?.sequence as number);
      const bind = binds[(this.bind + i) % binds.length] as ProviderConnection;
      expect(await bind.deliver(pdu, sequence)).toBe(0);
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
class CutQuietly implements fc.AsyncCommand<Model, World> {
  readonly bind: number;
  constructor(bind: number) {
    this.bind = bind;
  }
  check = ({ pending, cuts }: Readonly<Model>) => pending === null && cuts < 3;
  async run(model: Model, world: World): Promise<void> {
    const inDoubt = () =>
      db.asSystem((tx) =>
        sql`select 1 from smpp_in_doubt where workspace_id = ${world.workspace.id} and not lost`.execute(tx),
      );
    await until(async () => expect((await inDoubt()).rows).toEqual([]));
    const binds = world.network.connections();
    const bind = binds[this.bind % binds.length] as ProviderConnection;
    bind.cut();
    model.cuts++;
    await until(() => expect(world.network.connections()).not.toContain(bind));
    await world.network.bound(connections);
    model.sequence = 0;
  }
  toString = () => `cut ${this.bind} quietly, and number anew`;
}

test("whatever one person writes, and however it comes: in order, once, and a STOP stops", async () => {
  const bind = fc.nat({ max: connections - 1 });
  const text = fc.constantFrom(...words);
  const commands = fc.commands(
    [
      fc.tuple(text, bind).map(([said, by]) => new Bring(said, by)),
      fc.tuple(text, bind).map(([said, by]) => new BringInDoubt(said, by)),
      fc.tuple(fc.boolean(), bind).map(([renumbered, by]) => new BringAgain(renumbered, by)),
      bind.map((by) => new CutQuietly(by)),
    ],
    { maxCommands: 14 },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (run) => {
      const real = await startWorld();
      const model: Model = {
        stopped: false,
        least: new Map(),
        most: new Map(),
        pending: null,
        sequence: 0,
        reference: 0,
        cuts: 0,
      };
      await fc.asyncModelRun(() => ({ model, real }), run);
    }),
    { numRuns: 10, seed: 41, endOnFailure: true },
  );
}, 240_000);

test("STOP, START, STOP within seconds: all three count", async () => {
  const world = await startWorld();
  const [bind] = world.network.connections() as [ProviderConnection];
  const to = world.workspace.sender.address.slice(1);
  for (const [i, text] of ["STOP", "START", "STOP", "Ja", "STOP"].entries())
    for (const pdu of partsOf({ from, to, text })) expect(await bind.deliver(pdu, i + 1)).toBe(0);
  expect(await send(db, world.workspace, { class: "marketing" })).toMatchObject({
    queued: 0,
    skipped: { opted_out: 1 },
  });
  const reasons = (await ledger(db, world.workspace.id)).filter(({ status }) => status === "received");
  expect(reasons.map(({ reason }) => reason)).toEqual(["stop", "start", "stop", "start", "stop"]);
});
