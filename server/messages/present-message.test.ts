import { expect, test } from "vitest";
import { newId } from "../../testing/new-id.ts";
import { instantOf } from "../kit/id.ts";
import { historyOf, type MessageRow } from "./present-message.ts";

test("a receipt from before the submission's record is last in the history nevertheless, with its own time", () => {
  const id = newId();
  const after = (ms: number) => new Date(instantOf(id).getTime() + ms);
  const row: MessageRow = {
    id,
    status: "delivered",
    class: "transactional",
    encoding: "7",
    segments: 1,
    source_type: "api",
    source_id: null,
    contact_id: null,
    sender_id: newId(),
    address: "Salong",
    number: "+4791234567",
    text: "Hei",
    reason: null,
    carrier: "sandbox",
    carrier_reference: "7",
    carrier_error: null,
    submitted_at: after(50),
    sent_at: after(50),
    final_at: after(46),
    not_before: null,
  };
  expect(historyOf(row)).toEqual([
    { status: "queued", at: after(0).toISOString(), detail: null },
    { status: "submitted", at: after(50).toISOString(), detail: "sandbox" },
    { status: "sent", at: after(50).toISOString(), detail: "7" },
    { status: "delivered", at: after(46).toISOString(), detail: null },
  ]);
});
