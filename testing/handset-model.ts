/**
 * What one person writes, and how a provider brings it: commands for fast-check, and what should hold after each. Used by
 * smpp-redelivery-model.test.ts.
 *
 * Only what the person and the provider know is in the model. Whoever's last word was a STOP that was acknowledged, or written
 * down, is opted out. Whoever's last word was a START is not, unless it came beside a STOP, or while an earlier START of the same
 * words, from before the last STOP, may still have been on its way.
 */
import type fc from "fast-check";
import { expect } from "vitest";
import { everySender, recordOptOut } from "../server/consent/opt-outs.ts";
import { holdGate } from "./gate.ts";
import type { ProviderConnection } from "./handset-network.ts";
import type { Failing, HandsetWorld } from "./handset-world.ts";
import type { Deliver } from "./smsc-pdu.ts";
import { until } from "./until.ts";

const long = `${"En lang tekst om ingenting. ".repeat(8)}slutt`;
export const words = ["STOP", "START", "Ja", "Hei", long] as const;
type Words = (typeof words)[number];
export const singles = ["STOP", "START", "Ja", "Hei"] as const;

const isStart = (text: Words) => text === "START" || text === "Ja";
const isKeyword = (text: Words) => text === "STOP" || isStart(text);

export interface World extends HandsetWorld {
  from: string;
  contactId: string;
}

/** A text that may come again for all that we know, and when it was said; of a START, when it may have been said. */
interface Open {
  words: Words;
  dated: number;
}

/** A text that the provider will bring again: its acknowledgement was lost, or it was refused. */
interface Pending {
  words: Words;
  said: number;
  reference: number;
  parts: { sequence: number; bind: ProviderConnection }[];
  written: boolean;
}

export interface Model {
  /** Counts what was said. */
  time: number;
  reference: number;
  /** When the last STOP came that was acknowledged or written down. */
  stop: number | null;
  /** When the last START was said that was; and when one that is certainly heard. */
  start: { said: number; heard: number };
  least: Map<Words, number>;
  most: Map<Words, number>;
  pending: Pending[];
  /** By connection: what was acknowledged through it. */
  through: Map<ProviderConnection, Open[]>;
  /** What was refused, or acknowledged through a connection that is lost. */
  doubted: Open[];
}

export const newModel = (optedOut: boolean): Model => ({
  time: 0,
  reference: 0,
  stop: optedOut ? 0 : null,
  start: { said: -1, heard: -1 },
  least: new Map(),
  most: new Map(),
  pending: [],
  through: new Map(),
  doubted: [],
});

/** Opts the person out, an hour ago. */
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

/** When a START that comes now may have been said, for all that is known here. */
const datedOf = (model: Model, text: Words, said: number) =>
  Math.min(said, ...model.doubted.flatMap((each) => (each.words === text ? [each.dated] : [])));

/** A text was acknowledged or written down: the person is where it puts them. */
function act(model: Model, text: Words, said: number, beside = false): void {
  if (text === "STOP") model.stop = ++model.time;
  if (!isStart(text)) return;
  model.start.said = Math.max(model.start.said, said);
  if (!beside) model.start.heard = Math.max(model.start.heard, datedOf(model, text, said));
}

function noteThrough(model: Model, bind: ProviderConnection, text: Words, said: number): void {
  const open = model.through.get(bind) ?? [];
  model.through.set(bind, [...open, { words: text, dated: datedOf(model, text, said) }]);
}

function lose(model: Model, bind: ProviderConnection): void {
  model.doubted.push(...(model.through.get(bind) ?? []));
  model.through.delete(bind);
}

/** Answers when what is said now is said: later than all that was. */
function say(model: Model, world: World): number {
  world.tick();
  return ++model.time;
}

/** What must hold, whatever came. */
export async function check(world: World, model: Model): Promise<void> {
  const { stop, start } = model;
  const optedOut = await world.isOptedOut(world.from);
  if (stop !== null && start.said < stop) expect(optedOut, "the last word was STOP").toBe(true);
  if (stop === null || start.heard > stop) expect(optedOut, "the last word was START, or there was none").toBe(false);
  const received = await world.received(world.from);
  for (const text of words) {
    const found = received.filter((each) => each === text).length;
    expect(found, text.slice(0, 5)).toBeGreaterThanOrEqual(model.least.get(text) ?? 0);
    expect(found, text.slice(0, 5)).toBeLessThanOrEqual(model.most.get(text) ?? 0);
  }
}

/** In the end marketing goes to whoever did not say STOP last, and to nobody else; and the next person meets no deaf connection. */
export async function finish(world: World, model: Model): Promise<void> {
  const { stop, start } = model;
  const marketing = await world.marketing(world.contactId);
  if (stop !== null && start.said < stop) expect(marketing).toBe(0);
  if (stop === null || start.heard > stop) expect(marketing).toBe(1);
  for (const { parts } of model.pending) for (const { bind } of parts) if (bind.open()) await world.cut(bind);
}

/** Those that the provider reads from. */
const hearing = ({ network }: World, { pending }: Readonly<Model>) =>
  network.connections().filter((bind) => !pending.some(({ parts }) => parts.some((part) => part.bind === bind)));

const pick = (some: readonly ProviderConnection[], at: number) => some[at % some.length] as ProviderConnection;

async function acknowledged(bind: ProviderConnection, pdu: Deliver, sequence: number): Promise<void> {
  expect(await bind.deliver(pdu, sequence)).toBe(0);
}

async function writtenTo(bind: ProviderConnection, parts: number): Promise<void> {
  await until(() => expect(bind.unread()).toBe(parts));
}

type Command = fc.AsyncCommand<Model, World>;

/** A text comes, each of its parts through another connection. */
export class Bring implements Command {
  readonly text: Words;
  readonly bind: number;
  constructor(text: Words, bind: number) {
    this.text = text;
    this.bind = bind;
  }
  check = () => true;
  async run(model: Model, world: World): Promise<void> {
    const some = hearing(world, model);
    const said = say(model, world);
    const reference = ++model.reference;
    for (const [i, pdu] of world.pdusOf(world.from, this.text, reference).entries()) {
      const bind = pick(some, this.bind + i);
      await acknowledged(bind, pdu, world.nextSequence(bind));
    }
    // A plain text that comes under the number of one in doubt is taken for it.
    const perhaps = !isKeyword(this.text) && isDoubted(model, this.text);
    count(model, this.text, perhaps ? 0 : 1, 1);
    act(model, this.text, said);
    if (this.text !== long) noteThrough(model, pick(some, this.bind), this.text, said);
    await check(world, model);
  }
  toString = () => `bring ${this.text.slice(0, 5)} by ${this.bind}`;
}

/** It is written down, and the provider never reads so. */
export class BringUnread implements Command {
  readonly text: Words;
  readonly bind: number;
  constructor(text: Words, bind: number) {
    this.text = text;
    this.bind = bind;
  }
  check = ({ pending }: Readonly<Model>) => pending.length < 2;
  async run(model: Model, world: World): Promise<void> {
    const bind = pick(hearing(world, model), this.bind);
    const said = say(model, world);
    const reference = ++model.reference;
    bind.turnDeaf();
    const parts = world.pdusOf(world.from, this.text, reference).map((pdu) => {
      const sequence = world.nextSequence(bind);
      void bind.deliver(pdu, sequence);
      return { sequence, bind };
    });
    await writtenTo(bind, parts.length);
    const perhaps = !isKeyword(this.text) && isDoubted(model, this.text);
    count(model, this.text, perhaps ? 0 : 1, 1);
    act(model, this.text, said);
    if (this.text !== long) noteThrough(model, bind, this.text, said);
    model.pending.push({ words: this.text, said, reference, parts, written: true });
    await check(world, model);
  }
  toString = () => `bring ${this.text.slice(0, 5)} by ${this.bind}, acknowledgement lost`;
}

/** It is refused for now; maybe it was written down all the same. */
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
    const said = say(model, world);
    const written = this.failing === "knowing";
    await world.bringRefused(pick(hearing(world, model), this.bind), world.from, this.text, this.failing);
    if (written) {
      const perhaps = !isKeyword(this.text) && isDoubted(model, this.text);
      count(model, this.text, perhaps ? 0 : 1, 1);
      act(model, this.text, said);
    }
    const dated = isStart(this.text) ? datedOf(model, this.text, said) : said;
    model.doubted.push({ words: this.text, dated });
    model.pending.push({ words: this.text, said, reference: 0, parts: [], written });
    await check(world, model);
  }
  toString = () => `bring ${this.text} by ${this.bind}, refused (${this.failing})`;
}

/** The provider tries again, after it has lost the connection where the acknowledgement was; maybe it is refused once more. */
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
    const { words: text, parts, said } = again;
    for (const bind of new Set(parts.map((part) => part.bind))) {
      await world.cut(bind);
      lose(model, bind);
    }
    world.tick();
    const some = hearing(world, model);
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
    // One that was refused, and not written down, is new to the ledger where nothing else is in doubt.
    const isNew = written && !again.written && model.doubted.filter((each) => each.words === text).length === 1;
    if (written) {
      count(model, text, isNew ? 1 : 0, 1);
      act(model, text, said);
    }
    if (failing) {
      model.doubted.push({ words: text, dated: isStart(text) ? datedOf(model, text, said) : said });
      model.pending.push({ ...again, parts: [], written: again.written || written });
    } else if (text !== long) noteThrough(model, first, text, said);
    await check(world, model);
  }
  toString = () =>
    `bring ${this.which} again by ${this.bind}${this.renumbered ? " renumbered" : ""}${this.failing ? `, refused (${this.failing})` : ""}`;
}

/** Two texts at two processes while something is being handed over, and neither is written down before it is. */
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
      hearing(world, model).find((bind) => world.bindsOf(process).includes(bind)),
    );
    if (!here || !there) return;
    const gate = await holdGate(world.connection, world.workspace.id);
    const done: Promise<void>[] = [];
    /** Resolves when it has come as far as it can. */
    const begin = async (bind: ProviderConnection, text: Words, from = world.from) => {
      const process = world.processOf(bind);
      const before = process.got;
      done.push(world.bring(bind, from, text).then((status) => expect(status).toBe(0)));
      await until(() => expect(process.got).toBe(before + 1));
    };
    // Somebody else's STOP, so that what comes after it at that process waits too.
    await begin(here, "STOP", "4799999999");
    await gate.waited(1);
    const said: number[] = [];
    for (const [text, bind] of [[this.first, here] as const, [this.second, there] as const]) {
      said.push(say(model, world));
      await begin(bind, text);
    }
    await gate.letGo();
    await Promise.all(done);
    for (const [i, text] of [this.first, this.second].entries()) {
      const perhaps = !isKeyword(text) && isDoubted(model, text);
      count(model, text, perhaps ? 0 : 1, 1);
      if (text === "STOP") model.stop = Math.max(model.stop ?? 0, said[i] as number);
      else act(model, text, said[i] as number, this.first === "STOP" || this.second === "STOP");
      noteThrough(model, i === 0 ? here : there, text, said[i] as number);
    }
    await check(world, model);
  }
  toString = () => `bring ${this.first} to ${this.process} and ${this.second} to the other at once`;
}

/** Provider and process agree that everything was read; then a connection ends, and numbers begin anew. */
export class CutQuietly implements Command {
  readonly bind: number;
  constructor(bind: number) {
    this.bind = bind;
  }
  check = ({ pending }: Readonly<Model>) => pending.every(({ parts }) => parts.length === 0);
  async run(model: Model, world: World): Promise<void> {
    await world.told();
    const bind = pick(world.network.connections(), this.bind);
    await world.cut(bind);
    model.through.delete(bind);
  }
  toString = () => `cut ${this.bind} quietly`;
}

/** Hours in which nothing comes: what the provider had to bring again it has given up. */
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
    await world.told();
    await world.pass(this.hours * 3_600_000);
    model.pending = [];
    model.doubted = [];
    model.through.clear();
    await check(world, model);
  }
  toString = () => `${this.hours} hours pass`;
}
