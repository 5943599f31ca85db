/**
 * SMPP 3.4: texts over lasting connections (link.ts, submit.ts), receipts and texts from handsets over the same ones
 * (incoming.ts), and a map from the provider's ids to ours (references.ts).
 */
import { randomInt } from "node:crypto";
import type { SmppSecrets, SmppSettings } from "../../../contract/carriers.ts";
import type { OutboundTargets } from "../../kit/outbound-targets.ts";
import type { Carrier, CarrierEvents, CarrierMaker, CarrierServices, CarrierState, Connection } from "../carrier.ts";
import { createIncoming } from "./incoming.ts";
import { createLink, type Link, type LinkTiming, type Role } from "./link.ts";
import { textParts } from "./long-text.ts";
import { writeDeliverResp } from "./pdu.ts";
import { createReferences } from "./references.ts";
import { createSubmitWriter } from "./submit-pdu.ts";
import { createSubmitter, writesWithin } from "./submit.ts";

export interface SmppOptions {
  /** Which hosts may be connected to. */
  targets: OutboundTargets;
  /** How often early receipts, and parts that were left behind, are looked for. */
  sweep_ms?: number;
  /** A long text from a handset waits so long for its missing parts. */
  parts_wait_ms?: number;
  /** Receipts of texts that were under way in a crash arrive within this time, if the provider repeats our reference. */
  receipts_within_ms?: number;
  /** A process that has not reported for so long is dead: texts that it had not acknowledged are sent again. */
  silent_ms?: number;
  timing?: Partial<LinkTiming>;
}

/**
 * Texts of one `submit`: as many as the provider takes in about a second, and no more, because a crash leaves all of a batch
 * uncertain, and a STOP waits for it. Adapted by measuring.
 */
const batches = { least: 20, most: 1_000, quick_ms: 500, slow_ms: 1_500 };

/** Sweeps between two for parts. */
const partsEvery = 5;
const sweepsUntilDead = 10;
/** Sweeps between two for what other processes stored and left behind. */
const idleEvery = 60;

/** The maker for SMPP. */
export function smppCarrier(options: SmppOptions): CarrierMaker<SmppSettings, SmppSecrets> {
  return (connection, services) => createSmpp(connection, services, options);
}

function createSmpp(
  connection: Connection<SmppSettings, SmppSecrets>,
  services: CarrierServices,
  {
    targets,
    sweep_ms = 1_000,
    parts_wait_ms = 10 * 60_000,
    receipts_within_ms = 30_000,
    silent_ms = 5_000,
    timing,
  }: SmppOptions,
): Carrier {
  const { workspace_id, id: carrier_id, settings, secrets } = connection;
  const { db, clock } = services;
  const log = services.log.child({ carrier: connection.name, workspace: workspace_id });
  const references = createReferences({ workspace_id, carrier_id, db, clock, log });
  const writeSubmit = createSubmitWriter(settings);
  let reference = randomInt(0x10000);
  let events: CarrierEvents | null = null;
  let lastError: CarrierState["last_error"] = null;
  let stopped = false;
  let sweeper: NodeJS.Timeout | null = null;
  let sweeping: Promise<void> | null = null;
  let sweeps = 0;
  let batch = Math.min(batches.most, settings.window * settings.binds * 4);

  const note = (message: string) => (lastError = { message, at: clock.now() });
  const nextReference = () => (reference = (reference + 1) & 0xffff);

  const incoming = createIncoming({
    workspace_id,
    carrier_id,
    settings,
    db,
    clock,
    log,
    references,
    parts_wait_ms,
    whole_wait_ms: sweep_ms * sweepsUntilDead,
    silent_ms,
    events: () => events,
  });

  const submitter = createSubmitter({
    settings,
    partsOf: (text) => textParts(text, settings, nextReference),
    write: (link, sequence, text, part, parts) => link.write(writeSubmit(sequence, text, part, parts, clock.now())),
    // Needed also where the provider repeats our reference: it may not do so on every route.
    onAccepted: references.add,
    note,
    // Ids that are stored early leave fewer texts uncertain after a crash.
    onTick: () => void references.flush(),
  });

  const roles: Role[] = settings.mode === "pair" ? ["transmitter", "receiver"] : ["transceiver"];
  const links = Array.from({ length: settings.binds }, () => roles.map(linkOf)).flat();

  function linkOf(role: Role): Link {
    return createLink({
      role,
      settings,
      password: secrets.password,
      targets,
      clock,
      random: Math.random,
      timing,
      onUp(link) {
        log.info({ role }, "bound");
        if (link.submits) submitter.up(link);
      },
      onDown(link, reason) {
        if (!stopped) {
          note(reason);
          log.warn({ role, reason }, "a connection ended");
        }
        submitter.down(link);
      },
      onFailure(reason) {
        if (lastError?.message !== reason) log.warn({ role, reason }, "cannot bind");
        note(reason);
      },
      onAnswer: submitter.answered,
      onDeliver(id, sequence, pdu, session) {
        if (stopped) return; // the provider keeps it
        void incoming
          .take(pdu, id, sequence, session)
          .then(({ status, onRead }) => session.answer(writeDeliverResp(id, status, sequence), onRead));
      },
      onQuiet: submitter.pump,
    });
  }

  function adapt(count: number, took_ms: number): void {
    if (took_ms > batches.slow_ms) batch = Math.max(batches.least, batch >> 1);
    else if (took_ms < batches.quick_ms && count * 2 > batch) batch = Math.min(batches.most, batch * 2);
  }

  /**
   * Often while this process has stored something; rarely for what others left behind, as there may be many connections. It goes
   * on until nothing is left: a process that ended may have left thousands, which would take a sweep each.
   */
  async function sweep(): Promise<void> {
    const count = sweeps++;
    const idle = count % idleEvery === 0;
    await incoming.beat();
    await references.flush();
    if (idle || references.expecting()) await untilNoMore(takeEarly);
    if (idle || (count % partsEvery === 0 && incoming.expecting())) await untilNoMore(incoming.sweep);
  }

  async function untilNoMore(takeSome: () => Promise<{ more: boolean }>): Promise<void> {
    let more = true;
    while (more && !stopped) ({ more } = await takeSome());
  }

  async function takeEarly(): Promise<{ more: boolean }> {
    const { receipts, keys, more } = await references.matchEarly();
    if (receipts.length > 0) await events?.onReceipts(receipts);
    if (keys.length > 0) await references.deleteEarly(keys);
    return { more };
  }

  function sweepAgain(): void {
    sweeper = setTimeout(() => {
      sweeping = sweep()
        .catch((error) => log.warn({ err: error }, "could not look for early receipts and parts; trying again"))
        .finally(() => {
          sweeping = null;
          if (!stopped) sweepAgain();
        });
    }, sweep_ms);
  }

  return {
    id: carrier_id,
    name: connection.name,
    limits: {
      get batch() {
        return batch;
      },
      reconcile_after_ms:
        writesWithin(settings) +
        settings.response_seconds * 1000 +
        (settings.reference_tlv === null ? 1_000 : receipts_within_ms),
      rates: settings.rates,
    },
    state() {
      const bound = links.filter((link) => link.bound()).length;
      const up = links.some((link) => link.submits && link.bound());
      const failing = links.some((link) => link.failures() > 0);
      return { state: up ? "up" : failing ? "down" : "connecting", bound, wanted: links.length, last_error: lastError };
    },
    async submit(texts, signal) {
      if (stopped) return texts.map(() => ({ kind: "later", after_ms: 0 }));
      const begun = performance.now();
      const outcomes = await submitter.submit(texts, signal);
      adapt(texts.length, performance.now() - begun);
      await references.flush();
      return outcomes;
    },
    async lookup(texts, since) {
      await references.flush();
      const ids = texts.map((text) => text.message_id);
      const found = await references.submitted(ids, since);
      // A provider can be queried by its own id only, which a crash has lost: a text that is not in the map may have gone.
      return new Map(
        ids.map((id) => {
          const carrier_reference = found.get(id);
          return [id, carrier_reference === undefined ? null : { carrier_reference, receipt: null }];
        }),
      );
    },
    async start(given) {
      events = given;
      for (const link of links) link.start();
      sweepAgain();
    },
    async stop() {
      stopped = true;
      if (sweeper) clearTimeout(sweeper);
      await sweeping;
      // A lane may still submit texts: they are to be answered before the connections end.
      await Promise.all([submitter.idle(), incoming.idle()]);
      await Promise.all(links.map((link) => link.stop()));
      submitter.stop();
      await references.flush();
      // Without it other processes notice only by this one's silence.
      await incoming.beat().catch((error) => log.warn({ err: error }, "could not store which texts are in doubt"));
    },
  };
}
