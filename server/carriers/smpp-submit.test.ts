/** Handing over without a network: what depends on how time passes. */
import { expect, onTestFinished, test, vi } from "vitest";
import { submitSmResp } from "../../testing/smsc-pdu.ts";
import { newId } from "../kit/id.ts";
import type { OutboundText } from "./carrier.ts";
import type { Link } from "./smpp-link.ts";
import { createSubmitter } from "./smpp-submit.ts";

test("a process that was suspended while texts waited writes none of them when it goes on: they may be settled by now", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const written: string[] = [];
  let sequence = 0;
  const link = { open: () => true, nextSequence: () => ++sequence } as Link;
  const submitter = createSubmitter({
    settings: { window: 1, response_seconds: 30 },
    partsOf: () => [{ esm_class: 0, data_coding: 0, short_message: Buffer.alloc(0), tlvs: [] }],
    write: (_link, _sequence, text) => written.push(text.text),
    onAccepted() {},
    note() {},
    onTick() {},
  });
  onTestFinished(() => submitter.stop());
  submitter.up(link);
  const texts = ["one", "two"].map((text) => ({ message_id: newId(), text }) as OutboundText);
  const outcomes = submitter.submit(texts, new AbortController().signal);
  await vi.waitFor(() => expect(written).toEqual(["one"]));
  vi.advanceTimersByTime(60_000);
  // What was waiting on the socket is read before any timer is heard.
  submitter.answered(link, 1, 0, submitSmResp(1, "id"));
  submitter.pump();
  expect(written).toEqual(["one"]);
  expect(await outcomes).toMatchObject([{ kind: "accepted" }, { kind: "later" }]);
});
