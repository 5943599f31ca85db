/**
 * Texts of one person, over the connections of two processes, with lost acknowledgements, refusals, repeats, sequences that restart,
 * and hours in between, in random order against the real implementation: if the last keyword was STOP the person is opted out, if it
 * was START not, and every text is stored once as far as that can be decided. The rules are those of docs/decisions/smpp.md.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import {
  Bring,
  BringAgain,
  BringRefused,
  BringTwo,
  BringUnread,
  CutQuietly,
  finish,
  newModel,
  optOutBefore,
  Pass,
  singles,
  words,
} from "../../../testing/handset-model.ts";
import { binds, type Failing, startHandsetWorld } from "../../../testing/handset-world.ts";
import { runsInTurn } from "../../../testing/runs-in-turn.ts";
import { runs, testTimeout } from "../../../testing/runs.ts";

const { db, connection, workspaces } = await testDatabase({ max: 20 });

/** `npm test` runs as many as fit into this. */
const limit = testTimeout(12_000);

test(
  "whatever a person writes, however it arrives: after a STOP as the last keyword the person is opted out, after a START not",
  async () => {
    const bind = fc.nat({ max: binds - 1 });
    const text = fc.constantFrom(...words);
    const single = fc.constantFrom(...singles);
    const failing = fc.constantFrom<Failing[]>("away", "writing", "knowing");
    const again = fc.tuple(fc.nat({ max: 1 }), fc.boolean(), bind, fc.option(failing, { freq: 3 }));
    const commands = fc.commands(
      [
        fc.tuple(text, bind).map(([said, by]) => new Bring(said, by)),
        fc.tuple(text, bind).map(([said, by]) => new BringUnread(said, by)),
        fc.tuple(single, bind, failing).map(([said, by, how]) => new BringRefused(said, by, how)),
        again.map(([which, renumbered, by, how]) => new BringAgain(which, renumbered, by, how)),
        again.map(([which, renumbered, by]) => new BringAgain(which, renumbered, by, null)),
        fc.tuple(single, single, fc.nat({ max: 1 })).map(([one, other, at]) => new BringTwo(one, other, at)),
        bind.map((by) => new CutQuietly(by)),
        fc.integer({ min: 1, max: 9 }).map((hours) => new Pass(hours)),
      ],
      { maxCommands: 24, size: "+1" },
    );
    const world = await startHandsetWorld({ db, connection, workspaces });
    const inTurn = runsInTurn().within(limit);
    let people = 0;
    let brought = 0;
    await fc.assert(
      fc.asyncProperty(fc.boolean(), commands, (optedOut, run) =>
        inTurn(async () => {
          const from = `47${91_000_000 + people++}`;
          const real = { ...world, from, contactId: await world.person(from) };
          const model = newModel(optedOut);
          if (optedOut) await optOutBefore(real);
          await fc.asyncModelRun(() => ({ model, real }), run);
          await finish(real, model);
          brought += [...model.most.values()].reduce((sum, count) => sum + count, 0);
        }),
      ),
      { numRuns: runs(40, 400), endOnFailure: true },
    );
    // The invariants are checked after each command; this checks that there were commands.
    expect(people).toBeGreaterThan(1);
    expect(brought).toBeGreaterThan(people);
  },
  testTimeout(120_000),
);
