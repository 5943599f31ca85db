/** Submitting without a network: what depends on time. */
import { expect, onTestFinished, test, vi } from "vitest";
import { newId } from "../../../testing/new-id.ts";
import { submitSmResp } from "../../../testing/smsc-pdu.ts";
import { until } from "../../../testing/until.ts";
import type { OutboundText } from "../carrier.ts";
import type { Link } from "./link.ts";
import { createSubmitter } from "./submit.ts";

/** A submitter over a link that accepts everything, and what it writes. */
function submitterOf(settings: { window: number; response_seconds: number }, parts = 1) {
  const written: string[] = [];
  let sequence = 0;
  const link = { open: () => true, nextSequence: () => ++sequence } as Link;
  const part = { esm_class: 0, data_coding: 0, short_message: Buffer.alloc(0), tlvs: [] };
  const submitter = createSubmitter({
    settings,
    partsOf: () => Array.from({ length: parts }, () => part),
    write: (_link, _sequence, text) => written.push(text.text),
    onAccepted() {},
    note() {},
    onTick() {},
  });
  onTestFinished(() => submitter.stop());
  submitter.up(link);
  return { submitter, link, written };
}

/** A signal whose abortion raises no event, as in a process that has just woken up. */
function signalWithoutEvent(holds: () => boolean): AbortSignal {
  const { signal } = new AbortController();
  return Object.defineProperty(signal, "aborted", { get: () => !holds() });
}

test.each([1, 2])(
  "once the lease is over nothing more is written, even if a response is read before any event: texts of %i parts",
  async (parts) => {
    const { submitter, link, written } = submitterOf({ window: 1, response_seconds: 30 }, parts);
    let holds = true;
    const texts = ["one", "two"].map((text) => ({ message_id: newId(), text }) as OutboundText);
    const outcomes = submitter.submit(
      texts,
      signalWithoutEvent(() => holds),
    );
    await until(() => expect(written).toEqual(["one"]));
    holds = false;
    submitter.answered(link, 1, 0, submitSmResp(1, "id"));
    submitter.pump();
    expect(written).toEqual(["one"]);
    // A text that went in part is unknown.
    expect(await outcomes).toMatchObject([{ kind: parts === 1 ? "accepted" : "unknown" }, { kind: "later" }]);
  },
);

test("a process that was suspended while texts waited writes none of them when it wakes: they may be reconciled by now", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const { submitter, link, written } = submitterOf({ window: 1, response_seconds: 30 });
  const texts = ["one", "two"].map((text) => ({ message_id: newId(), text }) as OutboundText);
  const outcomes = submitter.submit(texts, new AbortController().signal);
  await until(() => expect(written).toEqual(["one"]));
  vi.advanceTimersByTime(60_000);
  // What waited on the socket is read before any timer runs.
  submitter.answered(link, 1, 0, submitSmResp(1, "id"));
  submitter.pump();
  expect(written).toEqual(["one"]);
  expect(await outcomes).toMatchObject([{ kind: "accepted" }, { kind: "later" }]);
});
