/** Of a STOP and a START of one number the later one holds, whatever is delayed, repeated or lost in between. */
import { sql } from "kysely";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { inboundText, listOptOuts, ownWords } from "../../../testing/inbound-text.ts";
import { addContacts, send } from "../../../testing/pipeline.ts";
import { holdSubmitLock } from "../../../testing/submit-lock.ts";
import { createTestWorkspace, setKeywords, type TestWorkspace } from "../../../testing/workspace.ts";
import type { InboundText } from "../../carriers/carrier.ts";
import { liftOptOut } from "../../consent/opt-out-by-hand.ts";
import { openDb } from "../../kit/db.ts";
import { createInboundIntake } from "./inbound.ts";

const { db, connection, workspaces } = await testDatabase({ max: 20 });

describe.each([
  ["the standard words", "STOP", "START"],
  ["words of the workspace's own", "Meld meg av", "På igjen"],
])("of a STOP and a START the later one holds, whichever is stored first: %s", (_words, stopWord, startWord) => {
  async function newWorkspace() {
    const workspace = await createTestWorkspace(db);
    await setKeywords(db, workspace.id, ownWords);
    return workspace;
  }
  /** An intake as in a process of its own: only the database is shared. */
  function startProcess() {
    const own = openDb({ connection, workspaces, max: 4 });
    onTestFinished(() => own.close());
    const gate = { away: false, opened: Promise.resolve() };
    const flaky = {
      ...own,
      inWorkspace: (async (id, work) => {
        await gate.opened;
        if (gate.away) throw new Error("connect ECONNREFUSED");
        return own.inWorkspace(id, work);
      }) as typeof own.inWorkspace,
    };
    const clock = { now: () => new Date() };
    const intake = createInboundIntake({
      db: flaky,
      clock,
      liveUpdates: { publish() {}, publishSources() {} },
      log: pino({ level: "silent" }),
    });
    return { intake, gate };
  }
  const later = (text: InboundText, ms: number) => ({ ...text, at: new Date(text.at.getTime() + ms) });
  /** Times are in the past, as times in the future are not accepted. */
  const said = (workspace: TestWorkspace, from: string, text: string, second: number) =>
    later(inboundText(workspace, from, text), -60_000 + second * 1_000);
  const numbersOf = async (workspace: TestWorkspace) =>
    (await listOptOuts(db, workspace.id)).map(({ number }) => number);
  const number = "+4791000013";

  test.each([
    ["nothing was in force", false],
    ["a STOP was in force", true],
  ])("a START that could not be stored, and is repeated, lifts no STOP since (%s)", async (_name, before) => {
    const workspace = await newWorkspace();
    const [contact] = await addContacts(db, workspace.id, [{ mobile: number }]);
    const { intake, gate } = startProcess();
    if (before) await intake([said(workspace, number, stopWord, 0)]);
    const start = said(workspace, number, startWord, 1);
    gate.away = true;
    await expect(intake([start])).rejects.toThrow("ECONNREFUSED");
    gate.away = false;
    await intake([said(workspace, number, stopWord, 2)]);
    await intake([later(start, 2_000)]);
    expect(await numbersOf(workspace)).toEqual([number]);
    const recipients = { contacts: sql`select ${contact}::uuid` };
    expect(await send(db, workspace, { class: "marketing", recipients })).toMatchObject({ queued: 0 });
    await intake([said(workspace, number, startWord, 4)]);
    expect(await numbersOf(workspace)).toEqual([]);
  });

  test("a STOP that could not be stored, and is repeated, counts from its first arrival: a START since holds", async () => {
    const workspace = await newWorkspace();
    const { intake, gate } = startProcess();
    const stop = said(workspace, number, stopWord, 1);
    gate.away = true;
    await expect(intake([stop])).rejects.toThrow("ECONNREFUSED");
    gate.away = false;
    await intake([said(workspace, number, startWord, 2)]);
    await intake([later(stop, 2_000)]);
    expect(await numbersOf(workspace)).toEqual([]);
  });

  test("a START that is repeated while the first is being stored counts from the first", async () => {
    const workspace = await newWorkspace();
    const [here, there] = [startProcess(), startProcess()];
    await there.intake([said(workspace, number, stopWord, 0)]);
    const start = said(workspace, number, startWord, 1);
    const open = Promise.withResolvers<void>();
    here.gate.opened = open.promise;
    here.gate.away = true;
    const first = here.intake([start]);
    await there.intake([said(workspace, number, stopWord, 2)]);
    const second = here.intake([later(start, 2_000)]);
    open.resolve();
    await expect(first).rejects.toThrow("ECONNREFUSED");
    here.gate.away = false;
    await Promise.allSettled([second]);
    await here.intake([later(start, 3_000)]);
    expect(await numbersOf(workspace)).toEqual([number]);
  });

  test("a START waits for the submit lock in one process, and is stored after a later STOP in another", async () => {
    const workspace = await newWorkspace();
    const [here, there] = [startProcess(), startProcess()];
    await there.intake([said(workspace, number, stopWord, 0)]);
    const lock = await holdSubmitLock(connection, workspace.id);
    const others = here.intake([said(workspace, "+4791000014", "STOP", 1)]);
    await lock.waited(1);
    // Together with another number's STOP, so that it has to wait once more.
    const start = here.intake([said(workspace, number, startWord, 2), said(workspace, "+4791000015", "STOP", 2)]);
    const stop = there.intake([said(workspace, number, stopWord, 3)]);
    await lock.waited(2);
    await lock.letGo();
    await Promise.all([others, start, stop]);
    expect(await numbersOf(workspace)).toContain(number);
  });

  test("by hand too: a START that waits while a STOP is stored does not lift that STOP, and reports it", async () => {
    const workspace = await newWorkspace();
    const [contact] = await addContacts(db, workspace.id, [{ mobile: number }]);
    const { intake } = startProcess();
    await intake([said(workspace, number, stopWord, 0)]);
    const lock = await holdSubmitLock(connection, workspace.id);
    const stop = intake([said(workspace, number, stopWord, 2)]);
    await lock.waited(1);
    const lifted = db.inWorkspace(workspace.id, (tx) =>
      liftOptOut(tx, {
        workspaceId: workspace.id,
        contactId: contact as string,
        sender: null,
        reason: "asked for it",
        recordedBy: "Kari",
        source: "web",
        at: said(workspace, number, "", 1).at,
      }),
    );
    await lock.waited(2);
    await lock.letGo();
    await stop;
    expect(await lifted).toMatchObject([{ number, source: "sms" }]);
  });
});
