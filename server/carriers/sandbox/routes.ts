import type { z } from "zod";
import type { Phone, sandbox } from "../../../contract/sandbox.ts";
import { readSpelling } from "../../../rules/phone-number-spelling.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Db, Tx } from "../../kit/db.ts";
import { invalid } from "../../kit/errors.ts";
import type { Handlers } from "../../kit/http.ts";
import { instantOf, orderedIds } from "../../kit/id.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import { numberProblem } from "../../workspaces/number-problem.ts";
import type { AddressReading, CarrierEvents } from "../carrier.ts";
import * as mailbox from "./mailbox.ts";
import * as phones from "./phones.ts";
import * as store from "./store.ts";

interface Services {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
  onInbound: CarrierEvents["onInbound"];
  addresses: AddressReading;
}

const mostTexts = 1_000;
const typicalDelay = 150;

/** The calls on /sandbox. */
export function sandboxRoutes({ db, clock, liveUpdates, onInbound, addresses }: Services): Handlers<typeof sandbox> {
  const nextReference = orderedIds();

  /** A handset's number in any spelling; a query string turns + into a space. */
  async function readNumber(tx: Tx, workspaceId: string, given: string): Promise<string> {
    const spelled = /^ \d/.test(given) ? `+${given.trim()}` : given;
    const read = readSpelling(await addresses.handset(tx, workspaceId, spelled));
    if ("problem" in read) throw numberProblem(read, "number", given);
    // Handsets exist only here: any digits will do.
    if (/^\d{3,15}$/.test(read.digits)) return (read.plus ? "+" : "") + read.digits;
    throw invalid("invalid_number", `${given} is no number: that has 3 to 15 digits.`, "number", given);
  }

  return {
    async phones({ actor, query }) {
      return db.inWorkspace(actor.workspaceId, (tx) => phones.listPhones(tx, actor.workspaceId, query));
    },
    async messages({ actor, params }) {
      const items = await db.inWorkspace(actor.workspaceId, async (tx) => {
        const number = await readNumber(tx, actor.workspaceId, params.number);
        return store.textsOf(tx, actor.workspaceId, number, mostTexts);
      });
      return { items: items.map(presentText), next_cursor: null };
    },
    async reply({ actor, params, body }) {
      const at = clock.now();
      const text = await db.inWorkspace(actor.workspaceId, async (tx) => {
        const phone = await readNumber(tx, actor.workspaceId, params.number);
        const receiver = await addresses.receiver(tx, actor.workspaceId, body.to);
        if (!receiver?.can_receive) {
          const message = `${body.to} is no sender of this workspace that can receive texts.`;
          throw invalid("unknown_sender", message, "to", body.to);
        }
        const { address, carrier_id } = receiver;
        // A sandbox phone can write under any number: to a sender that reaches real customers that would be forgery.
        if (carrier_id !== null) {
          const message = `${address} belongs to a carrier; phones of the sandbox reach senders of the sandbox only.`;
          throw invalid("not_on_sandbox", message, "to", body.to);
        }
        const id = nextReference(at);
        const reply = { id, phone, address, text: body.text, workspace_id: actor.workspaceId };
        await store.insertReply(tx, reply);
        return { ...reply, outbound: false, message_id: null };
      });
      const inbound = { workspace_id: actor.workspaceId, carrier: "sandbox", carrier_reference: text.id, at };
      await onInbound([{ ...inbound, from: text.phone, to: text.address, text: text.text }]);
      liveUpdates.publish(actor.workspaceId, "sandbox", null);
      return presentText(text);
    },
    async phone({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, async (tx) => {
        const number = await readNumber(tx, actor.workspaceId, params.number);
        return presentPhone(number, (await store.findPhones(tx, actor.workspaceId, [number])).get(number));
      });
    },
    async behave({ actor, params, body }) {
      return db.inWorkspace(actor.workspaceId, async (tx) => {
        const number = await readNumber(tx, actor.workspaceId, params.number);
        const error_code = body.behaviour === "fail" ? (body.error_code ?? null) : null;
        const phone = { number, behaviour: body.behaviour, error_code, delay_ms: body.delay_ms ?? null };
        await store.setPhone(tx, actor.workspaceId, phone);
        return presentPhone(number, phone);
      });
    },
    async mailbox({ actor, query }) {
      return db.asSystem((tx) => mailbox.listMails(tx, actor, query));
    },
  };
}

function presentText({ id, phone, outbound, address, text }: store.SandboxText) {
  const at = instantOf(id).toISOString();
  return outbound
    ? { id, direction: "in" as const, from: address, to: phone, text, at }
    : { id, direction: "out" as const, from: phone, to: address, text, at };
}

function presentPhone(number: string, phone: store.SandboxPhone | undefined): z.output<typeof Phone> {
  return {
    number,
    behaviour: phone?.behaviour ?? "deliver",
    error_code: phone?.error_code ?? null,
    delay_ms: phone?.delay_ms ?? typicalDelay,
  };
}
