/** Which consents a file grants, and when. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { importHarness } from "./import-harness.test-support.ts";
import type { ImportRequest } from "./import-options.ts";

const { db } = await testDatabase();
const { importCsv, table } = importHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const consent: ImportRequest = {
  list: "Kunder",
  subscription_type: "marketing",
  consent_source: "Kundeskjema",
  consent_date: "2026-01-15",
};
const bits = () => table(workspace.id, "select first_name, sms_consents as bits from contacts order by id");

test("a consent column decides row by row, an unclear cell rejects the row", async () => {
  const csv = `mobil;fornavn;samtykke
91000001;a;ja
91000002;b;nei
91000003;c;
91000004;d;TRUE
91000005;e;kanskje
91000006;f;x
91000007;g;0
`;
  const done = await importCsv(workspace, csv, consent);
  expect(done.rejected).toMatchObject([{ row: 6, reason: "unclear_consent", value: "kanskje" }]);
  expect((await bits()).map((row) => `${row.first_name}${row.bits}`)).toEqual(["a1", "b0", "c0", "d1", "f1", "g0"]);
  expect(await table(workspace.id, "select from consent_events")).toHaveLength(3);
});

test("an opt-in box that was mapped to nothing is not consent", async () => {
  await importCsv(workspace, "mobil,samtykke\n91234567,ja\n");
  expect(await bits()).toMatchObject([{ bits: 0 }]);
  expect(await table(workspace.id, "select from consent_events")).toEqual([]);
});

test("consent dates in Norwegian, British and ISO order; the future and the impossible are refused", async () => {
  const csv = `mobile;consent_date
91000001;2025-03-30
91000002;30.03.2025
91000003;30/3/2025 14:30
91000004;2025-03-30T14:30:00Z
91000005;31.02.2025
91000006;03/30/2025
91000007;2999-01-01
91000008;
`;
  const done = await importCsv(workspace, csv, consent);
  expect(done.rejected.map((each) => `${each.row} ${each.reason}`)).toEqual([
    "6 invalid_consent_date",
    "7 invalid_consent_date",
    "8 consent_date_in_future",
  ]);
  const events = await table(workspace.id, "select at from consent_events order by id");
  expect(events.map((event) => (event.at as Date).toISOString())).toEqual([
    "2025-03-29T23:00:00.000Z",
    "2025-03-29T23:00:00.000Z",
    "2025-03-30T12:30:00.000Z",
    "2025-03-30T14:30:00.000Z",
    "2026-01-14T23:00:00.000Z",
  ]);
});

test("an import never overrides a later withdrawal, nor an opt-out; undated it overrides no withdrawal at all", async () => {
  const csv = "mobile\n91234567\n";
  await importCsv(workspace, csv, consent);
  const withdraw = () =>
    db.inWorkspace(workspace.id, async (tx) => {
      await sql`insert into consent_events
        select workspace_id, gen_random_uuid(), contact_id, subscription_type_id, 'sms', false, 'phone', null,
          '2026-02-01', now(), 'Kari' from consent_events where granted limit 1`.execute(tx);
      await sql`insert into opt_outs values (${workspace.id}, '+4791234567', ${workspace.sender.id}, now(), 'sms', 'STOP')`.execute(
        tx,
      );
      const { rows } = await sql<{ id: string }>`select id from contacts`.execute(tx);
      const ids = rows.map((row) => row.id);
      await sql`select settle_sms_consents(${workspace.id}, ${workspace.subscriptionTypes.marketing}, ${ids}::uuid[])`.execute(
        tx,
      );
    });
  await withdraw();
  expect(await bits()).toMatchObject([{ bits: 0 }]);
  await importCsv(workspace, csv, consent);
  await importCsv(workspace, csv, { ...consent, consent_date: "2026-01-20" });
  await importCsv(workspace, csv, { ...consent, consent_date: undefined });
  expect(await bits()).toMatchObject([{ bits: 0 }]);
  expect(await table(workspace.id, "select from consent_events")).toHaveLength(3);
  await importCsv(workspace, csv, { ...consent, consent_date: "2026-02-02" });
  expect(await bits()).toMatchObject([{ bits: 1 }]);
  expect(await table(workspace.id, "select from opt_outs")).toHaveLength(1);
});
