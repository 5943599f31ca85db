/**
 * A model of one person who sends texts, and of a provider that delivers them: commands for fast-check, and what must hold after each.
 * Used by redelivery-model.test.ts.
 *
 * The model holds only what the person and the provider know. A person whose last keyword was a STOP that was acknowledged, or
 * stored, is opted out. One whose last keyword was a START is not, unless it was delivered at the same time as a STOP, or while an
 * earlier START of the same words, from before the last STOP, may still have been under way.
 */
import type fc from "fast-check";
import { expect } from "vitest";
import { everySender } from "../server/consent/every-sender.ts";
import { recordOptOut } from "../server/consent/opt-outs.ts";
import type { ProviderConnection } from "./handset-network.ts";
import type { Failing, HandsetWorld } from "./handset-world.ts";
import type { Deliver } from "./smsc-pdu.ts";
import { holdSubmitLock } from "./submit-lock.ts";
import { until } from "./until.ts";

const long = `${"En lang tekst om ingenting. ".repeat(8)}slutt`;
/** Keywords that are long enough to be delivered in two parts. */
const longStop = `Lopeta${"!".repeat(180)}` as const;
const longStart = `På igjen${"!".repeat(180)}` as const;
/** Some are the workspace's own keywords (`ownWords`): they work like the standard ones. */
export const singles = ["STOP", "Lopeta", "START", "Ja", "På igjen", "Hei"] as const;
export const words = [...singles, long, longStop, longStart] as const;
type Words = (typeof words)[number];

const isLong = (text: Words) => text === long || text === longStop || text === longStart;
const isStop = (text: Words) => text === "STOP" || text === "Lopeta" || text === longStop;
const isStart = (text: Words) => text === "START" || text === "Ja" || text === "På igjen" || text === longStart;
const isKeyword = (text: Words) => isStop(text) || isStart(text);

export interface World extends HandsetWorld {
  from: string;
  contactId: string;
}

const nameOf = (text: Words) => `${text.slice(0, 8)}${isLong(text) ? "…" : ""}`;

/** A text that may still be redelivered, with the time when it was sent or, for a START, the earliest time that it may count from. */
interface Open {
  words: Words;
  dated: number;
}

/** A text that the provider will redeliver: its acknowledgement was lost, or it was refused. */
interface Pending {
  words: Words;
  sentAt: number;
  reference: number;
  parts: { sequence: number; bind: ProviderConnection }[];
  written: boolean;
}

export interface Model {
  /** A logical clock: the number of texts sent. */
  time: number;
  reference: number;
  /** When the last STOP came that was acknowledged or stored. */
  stop: number | null;
  /** When the last START was sent that was acknowledged or stored; and when the last one that certainly took effect. */
  start: { sentAt: number; effective: number };
  least: Map<Words, number>;
  most: Map<Words, number>;
  pending: Pending[];
  /** What was acknowledged, by connection. */
  through: Map<ProviderConnection, Open[]>;
  /** What was refused, or acknowledged through a connection that is lost. */
  doubted: Open[];
}

export const newModel = (optedOut: boolean): Model => ({
  time: 0,
  reference: 0,
  stop: optedOut ? 0 : null,
  start: { sentAt: -1, effective: -1 },
  least: new Map(),
  most: new Map(),
  pending: [],
  through: new Map(),
  doubted: [],
});

/** Records an opt-out of the person, an hour ago. */
export async function optOutBefore({ db, workspace, from, clock }: World): Promise<void> {
  const at = new Date(clock.now().getTime() - 3_600_000);
  const change = { workspaceId: workspace.id, number: `+${from}`, senderId: everySender, source: "web", evidence: "" };
  await db.inWorkspace(workspace.id, (tx) => recordOptOut(tx, { ...change, at }));
}

function count(model: Model, text: Words, least: number, most = least): void {
  model.least.set(text, (model.least.get(text) ?? 0) + least);
  model.most.set(text, (model.most.get(text) ?? 0) + most);
}

const isDoubted = (model: Model, text: Words) => model.doubted.some((each) => each.words === text);

/** The earliest time that a START that is delivered now may count from. */
const datedOf = (model: Model, text: Words, sentAt: number) =>
  Math.min(sentAt, ...model.doubted.flatMap((each) => (each.words === text ? [each.dated] : [])));

/** A text was acknowledged or stored: it decides whether the person is opted out. */
function act(model: Model, text: Words, sentAt: number, concurrent = false): void {
  if (isStop(text)) model.stop = ++model.time;
  if (!isStart(text)) return;
  model.start.sentAt = Math.max(model.start.sentAt, sentAt);
  if (!concurrent) model.start.effective = Math.max(model.start.effective, datedOf(model, text, sentAt));
}

function noteThrough(model: Model, bind: ProviderConnection, text: Words, sentAt: number): void {
  const open = model.through.get(bind) ?? [];
  model.through.set(bind, [...open, { words: text, dated: datedOf(model, text, sentAt) }]);
}

function lose(model: Model, bind: ProviderConnection): void {
  model.doubted.push(...(model.through.get(bind) ?? []));
  model.through.delete(bind);
}

/** Advances the clocks; returns the time of the text that is sent now. */
function say(model: Model, world: World): number {
  world.tick();
  return ++model.time;
}

/** What must hold after every command. */
async function check(world: World, model: Model): Promise<void> {
  const { stop, start } = model;
  const optedOut = await world.isOptedOut(world.from);
  if (stop !== null && start.sentAt < stop) expect(optedOut, "the last keyword was STOP").toBe(true);
  if (stop === null || start.effective > stop)
    expect(optedOut, "the last keyword was START, or there was none").toBe(false);
  const received = await world.received(world.from);
  for (const text of words) {
    const found = received.filter((each) => each === text).length;
    expect(found, nameOf(text)).toBeGreaterThanOrEqual(model.least.get(text) ?? 0);
    expect(found, nameOf(text)).toBeLessThanOrEqual(model.most.get(text) ?? 0);
  }
}

/** At the end, marketing is sent exactly to persons whose last keyword was not STOP. Connections that stopped reading are closed for the next run. */
export async function finish(world: World, model: Model): Promise<void> {
  const { stop, start } = model;
  const marketing = await world.marketing(world.contactId);
  if (stop !== null && start.sentAt < stop) expect(marketing).toBe(0);
  if (stop === null || start.effective > stop) expect(marketing).toBe(1);
  for (const { parts } of model.pending) for (const { bind } of parts) if (bind.open()) await world.cut(bind);
}

/** The connections on which the provider still reads. */
const readingConnections = ({ network }: World, { pending }: Readonly<Model>) =>
  network.connections().filter((bind) => !pending.some(({ parts }) => parts.some((part) => part.bind === bind)));

const pick = (some: readonly ProviderConnection[], at: number) => some[at % some.length] as ProviderConnection;

async function acknowledged(bind: ProviderConnection, pdu: Deliver, sequence: number): Promise<void> {
  expect(await bind.deliver(pdu, sequence)).toBe(0);
}

async function writtenTo(bind: ProviderConnection, parts: number): Promise<void> {
  await until(() => expect(bind.unread()).toBe(parts));
}

type Command = fc.AsyncCommand<Model, World>;

/** A text is delivered, each of its parts through another connection. */
export class Bring implements Command {
  readonly text: Words;
  readonly bind: number;
  constructor(text: Words, bind: number) {
    this.text = text;
    this.bind = bind;
  }
  check = () => true;
  async run(model: Model, world: World): Promise<void> {
    const some = readingConnections(world, model);
    const sentAt = say(model, world);
    const reference = ++model.reference;
    for (const [i, pdu] of world.pdusOf(world.from, this.text, reference).entries()) {
      const bind = pick(some, this.bind + i);
      await acknowledged(bind, pdu, world.nextSequence(bind));
    }
    // A plain text with the sequence number of one in doubt is taken for a redelivery of it.
    const perhaps = !isKeyword(this.text) && isDoubted(model, this.text);
    count(model, this.text, perhaps ? 0 : 1, 1);
    act(model, this.text, sentAt);
    if (!isLong(this.text)) noteThrough(model, pick(some, this.bind), this.text, sentAt);
    await check(world, model);
  }
  toString = () => `bring ${nameOf(this.text)} by ${this.bind}`;
}

/** A text is stored, and the provider never reads the acknowledgement. */
export class BringUnread implements Command {
  readonly text: Words;
  readonly bind: number;
  constructor(text: Words, bind: number) {
    this.text = text;
    this.bind = bind;
  }
  check = ({ pending }: Readonly<Model>) => pending.length < 2;
  async run(model: Model, world: World): Promise<void> {
    const bind = pick(readingConnections(world, model), this.bind);
    const sentAt = say(model, world);
    const reference = ++model.reference;
    bind.stopReading();
    const parts = world.pdusOf(world.from, this.text, reference).map((pdu) => {
      const sequence = world.nextSequence(bind);
      void bind.deliver(pdu, sequence);
      return { sequence, bind };
    });
    await writtenTo(bind, parts.length);
    const perhaps = !isKeyword(this.text) && isDoubted(model, this.text);
    count(model, this.text, perhaps ? 0 : 1, 1);
    act(model, this.text, sentAt);
    if (!isLong(this.text)) noteThrough(model, bind, this.text, sentAt);
    model.pending.push({ words: this.text, sentAt, reference, parts, written: true });
    await check(world, model);
  }
  toString = () => `bring ${nameOf(this.text)} by ${this.bind}, acknowledgement lost`;
}

/** A text is refused for now; it may have been stored all the same. */
export class BringRefused implements Command {
  readonly text: (typeof singles)[number];
  readonly bind: number;
  readonly failing: Failing;
  constructor(text: (typeof singles)[number], bind: number, failing: Failing) {
    this.text = text;
    this.bind = bind;
    this.failing = failing;
  }
  check = ({ pending }: Readonly<Model>) => pending.length < 2;
  async run(model: Model, world: World): Promise<void> {
    const sentAt = say(model, world);
    const written = this.failing === "knowing";
    await world.bringRefused(pick(readingConnections(world, model), this.bind), world.from, this.text, this.failing);
    if (written) {
      const perhaps = !isKeyword(this.text) && isDoubted(model, this.text);
      count(model, this.text, perhaps ? 0 : 1, 1);
      act(model, this.text, sentAt);
    }
    const dated = isStart(this.text) ? datedOf(model, this.text, sentAt) : sentAt;
    model.doubted.push({ words: this.text, dated });
    model.pending.push({ words: this.text, sentAt, reference: 0, parts: [], written });
    await check(world, model);
  }
  toString = () => `bring ${this.text} by ${this.bind}, refused (${this.failing})`;
}

/** The provider redelivers a text after the connection with its acknowledgement was lost; it may be refused once more. */
export class BringAgain implements Command {
  readonly which: number;
  readonly renumbered: boolean;
  readonly bind: number;
  readonly failing: Failing | null;
  constructor(which: number, renumbered: boolean, bind: number, failing: Failing | null) {
    this.which = which;
    this.renumbered = renumbered;
    this.bind = bind;
    this.failing = failing;
  }
  check = ({ pending }: Readonly<Model>) => pending.length > 0;
  async run(model: Model, world: World): Promise<void> {
    const [again] = model.pending.splice(this.which % model.pending.length, 1) as [Pending];
    const { words: text, parts, sentAt } = again;
    for (const bind of new Set(parts.map((part) => part.bind))) {
      await world.cut(bind);
      lose(model, bind);
    }
    world.tick();
    const some = readingConnections(world, model);
    const first = pick(some, this.bind);
    const failing = parts.length > 1 ? null : this.failing;
    if (failing) {
      await world.bringRefused(first, world.from, text, failing);
    } else
      for (const [i, pdu] of world.pdusOf(world.from, text, again.reference).entries()) {
        const bind = pick(some, this.bind + i);
        const sequence = this.renumbered ? undefined : parts[i]?.sequence;
        await acknowledged(bind, pdu, sequence ?? world.nextSequence(bind));
      }
    const written = !failing || failing === "knowing";
    // A text that was refused and not stored is new to the ledger if no other text with these words is in doubt.
    const isNew = written && !again.written && model.doubted.filter((each) => each.words === text).length === 1;
    if (written) {
      count(model, text, isNew ? 1 : 0, 1);
      act(model, text, sentAt);
    }
    if (failing) {
      model.doubted.push({ words: text, dated: isStart(text) ? datedOf(model, text, sentAt) : sentAt });
      model.pending.push({ ...again, parts: [], written: again.written || written });
    } else if (!isLong(text)) noteThrough(model, first, text, sentAt);
    await check(world, model);
  }
  toString = () =>
    `bring ${this.which} again by ${this.bind}${this.renumbered ? " renumbered" : ""}${this.failing ? `, refused (${this.failing})` : ""}`;
}

/** Two texts arrive at two processes during a submission, and neither is stored before it ends. */
export class BringTwo implements Command {
  readonly first: (typeof singles)[number];
  readonly second: (typeof singles)[number];
  readonly process: number;
  constructor(first: (typeof singles)[number], second: (typeof singles)[number], process: number) {
    this.first = first;
    this.second = second;
    this.process = process;
  }
  check = () => true;
  async run(model: Model, world: World): Promise<void> {
    const [here, there] = [this.process, 1 - this.process].map((process) =>
      readingConnections(world, model).find((bind) => world.bindsOf(process).includes(bind)),
    );
    if (!here || !there) return;
    const lock = await holdSubmitLock(world.connection, world.workspace.id);
    const done: Promise<void>[] = [];
    /** Delivers a text; resolves when its process has received it. */
    const begin = async (bind: ProviderConnection, text: Words, from = world.from) => {
      const process = world.processOf(bind);
      const before = process.received;
      done.push(world.bring(bind, from, text).then((status) => expect(status).toBe(0)));
      await until(() => expect(process.received).toBe(before + 1));
    };
    // A STOP from another person first, so that later texts at that process wait too.
    await begin(here, "STOP", "4799999999");
    await lock.waited(1);
    const sentAt: number[] = [];
    for (const [text, bind] of [[this.first, here] as const, [this.second, there] as const]) {
      sentAt.push(say(model, world));
      await begin(bind, text);
    }
    await lock.letGo();
    await Promise.all(done);
    for (const [i, text] of [this.first, this.second].entries()) {
      const perhaps = !isKeyword(text) && isDoubted(model, text);
      count(model, text, perhaps ? 0 : 1, 1);
      if (isStop(text)) model.stop = Math.max(model.stop ?? 0, sentAt[i] as number);
      else act(model, text, sentAt[i] as number, isStop(this.first) || isStop(this.second));
      noteThrough(model, i === 0 ? here : there, text, sentAt[i] as number);
    }
    await check(world, model);
  }
  toString = () => `bring ${this.first} to ${this.process} and ${this.second} to the other at once`;
}

/** A connection ends after all acknowledgements were certainly read, and sequence numbers start again. */
export class CutQuietly implements Command {
  readonly bind: number;
  constructor(bind: number) {
    this.bind = bind;
  }
  check = ({ pending }: Readonly<Model>) => pending.every(({ parts }) => parts.length === 0);
  async run(model: Model, world: World): Promise<void> {
    await world.resolved();
    const bind = pick(world.network.connections(), this.bind);
    await world.cut(bind);
    model.through.delete(bind);
  }
  toString = () => `cut ${this.bind} quietly`;
}

/** Hours pass without texts: the provider has given up its redeliveries. */
export class Pass implements Command {
  readonly hours: number;
  constructor(hours: number) {
    this.hours = hours;
  }
  check = () => true;
  async run(model: Model, world: World): Promise<void> {
    for (const bind of new Set(model.pending.flatMap(({ parts }) => parts.map((part) => part.bind)))) {
      await world.cut(bind);
      lose(model, bind);
    }
    await world.resolved();
    await world.pass(this.hours * 3_600_000);
    model.pending = [];
    model.doubted = [];
    model.through.clear();
    await check(world, model);
  }
  toString = () => `${this.hours} hours pass`;
}
