/** Sends deliver_sm to bound connections: within a window each, again after an error, and over another connection after a disconnect. */
import type { Behaviour } from "./smsc-behaviour.ts";
import { type Deliver, deliverSm } from "./smsc-pdu.ts";
import type { Counts } from "./smsc-records.ts";

export interface Delivery extends Deliver {
  kind: "receipt" | "text";
  /** Called when it was answered with status 0. */
  done?: () => void;
}

/** A connection that takes deliver_sm. */
export interface Receiver {
  write(buffer: Buffer): void;
  nextSequence(): number;
}

const temporary = 0x64;

export function createDelivery(behaviour: Behaviour, counts: Counts) {
  const receivers: { receiver: Receiver; under_way: Map<number, Delivery> }[] = [];
  let waiting: Delivery[] = [];
  let head = 0;
  let turn = 0;

  function pump(): void {
    while (head < waiting.length) {
      const free = nextFree();
      if (!free) return;
      send(free, waiting[head++] as Delivery);
    }
    waiting = [];
    head = 0;
  }

  function nextFree() {
    for (let i = 0; i < receivers.length; i++) {
      turn = (turn + 1) % receivers.length;
      const candidate = receivers[turn];
      if (candidate && candidate.under_way.size < behaviour.window) return candidate;
    }
    return null;
  }

  function send(to: (typeof receivers)[number], delivery: Delivery): void {
    const sequence = to.receiver.nextSequence();
    to.under_way.set(sequence, delivery);
    counts[`${delivery.kind}s_sent`]++;
    to.receiver.write(deliverSm(sequence, delivery));
  }

  return {
    add(delivery: Delivery): void {
      counts.undelivered++;
      waiting.push(delivery);
      pump();
    },
    open(receiver: Receiver): void {
      receivers.push({ receiver, under_way: new Map() });
      pump();
    },
    /** Unanswered deliver_sm are sent over another connection. */
    close(receiver: Receiver): void {
      const index = receivers.findIndex((each) => each.receiver === receiver);
      if (index === -1) return;
      const [closed] = receivers.splice(index, 1);
      waiting.push(...(closed?.under_way.values() ?? []));
      pump();
    },
    answered(receiver: Receiver, sequence: number, status: number): void {
      const at = receivers.find((each) => each.receiver === receiver);
      const delivery = at?.under_way.get(sequence);
      if (!at || !delivery) return;
      at.under_way.delete(sequence);
      if (status === temporary) {
        setTimeout(() => {
          waiting.push(delivery);
          pump();
        }, behaviour.resend_ms).unref();
      } else {
        counts.undelivered--;
        if (status === 0) {
          counts[`${delivery.kind}s_done`]++;
          delivery.done?.();
        } else counts.receipts_refused++;
      }
      pump();
    },
  };
}
