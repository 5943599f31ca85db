/**
 * What one person writes, over the connections of two processes, with acknowledgements that are lost and texts that come again,
 * in random order against the real thing: every keyword is acted upon in the order in which it was written, every text is there
 * once as far as that can be told, and no marketing text leaves after an acknowledged STOP. The rules are those of
 * docs/decisions/smpp.md.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import {
  Bring,
  BringAgain,
  BringInDoubt,
  connections,
  CutQuietly,
  from,
  type Model,
  startWorld,
  words,
} from "../../testing/handset-model.ts";
import type { ProviderConnection } from "../../testing/handset-network.ts";
import { ledger, send } from "../../testing/road.ts";
import { runs } from "../../testing/runs.ts";
import { partsOf } from "../../testing/smsc-texts.ts";

const { db, connection, workspaces } = await testDatabase({ max: 20 });

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
  const tries = runs(4, 100);
  let brought = 0;
  await fc.assert(
    fc.asyncProperty(commands, async (run) => {
      const real = await startWorld({ db, connection, workspaces });
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
      brought += [...model.most.values()].reduce((sum, count) => sum + count, 0);
    }),
    { numRuns: tries, seed: 41, endOnFailure: true },
  );
  // What holds is checked after each command; this, that there were some.
  expect(brought).toBeGreaterThan(2 * tries);
});

test("STOP, START, STOP within seconds: all three count", async () => {
  const world = await startWorld({ db, connection, workspaces });
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
