import type { Answer } from "../../../contract/endpoint.ts";
import type { orders } from "../../../contract/orders.ts";
import { presentImport } from "../../contacts/command-import/present-import.ts";
import { previewFile } from "../../contacts/command-import/preview-file.ts";
import type { ReceiveServices } from "../../contacts/command-import/receive-file.ts";
import { moments } from "../../contacts/command-import/run-file.ts";
import { fullName } from "../../contacts/person.ts";
import { notFound } from "../../kit/errors.ts";
import type { Handlers } from "../../kit/http.ts";
import type { EventRow } from "../event.ts";
import { selectEventRow } from "../events-store.ts";
import type { ImportOptions } from "./import-store.ts";
import { readingOf, type Said, type WaitingRow } from "./order-file.ts";
import { runGroups } from "./run-groups.ts";
import { receiveImport } from "./run-import.ts";

type Shown = Answer<(typeof orders)["previewImport"]>["rows"][number];

/** The endpoints of imports of orders. */
export function orderImportRoutes(
  services: ReceiveServices,
): Pick<Handlers<typeof orders>, "startImport" | "previewImport" | "getImport"> {
  const { db, clock } = services;
  const requireEvent = async (workspaceId: string, id: string): Promise<EventRow> => {
    const event = await db.inWorkspace(workspaceId, (tx) => selectEventRow(tx, workspaceId, id));
    if (!event) throw notFound("event", id);
    return event;
  };
  return {
    async startImport({ actor, params, query, stream }) {
      const { workspaceId, name: createdBy } = actor;
      const event = await requireEvent(workspaceId, params.id);
      return receiveImport(services, { workspaceId, event, createdBy, request: query, stream });
    },
    async previewImport({ actor, params, query, stream }) {
      const { workspaceId, name: by } = actor;
      const { id: eventId } = await requireEvent(workspaceId, params.id);
      const createMissing = query.create_missing === "true";
      const call = { workspaceId, eventId, createMissing, by, nextMoment: moments(clock) };
      const of = { ...readingOf(query.mapping), isMapped: Boolean(query.mapping?.trim()) };
      const { columns, rows } = await previewFile(db, of, { workspaceId, stream }, (tx, taken) =>
        runGroups(tx, call, taken),
      );
      return { columns, rows: rows.map(({ taken, result }) => present(taken, result)) };
    },
    async getImport({ actor: { workspaceId }, params }) {
      const isOfEvent = ({ options }: { options: object }) =>
        (options as ImportOptions).event_id === params.id.toLowerCase();
      return db.inWorkspace(workspaceId, (tx) => presentImport(tx, workspaceId, "order", params.import_id, isOfEvent));
    },
  };
}

function present({ row, said }: WaitingRow, result: Awaited<ReturnType<typeof runGroups>>[number]): Shown {
  const cells: Said = said;
  const person = (full: string | undefined, first: string | undefined, last: string | undefined) =>
    full ?? ([first, last].filter(Boolean).join(" ") || null);
  const order = "imported" in result ? result.order : null;
  const quantity = Number.parseInt(cells.quantity ?? "1", 10);
  return {
    row,
    order: cells.order ?? null,
    buyer:
      (order?.buyer && fullName(order.buyer)) ??
      person(cells.full_name, cells.first_name, cells.last_name) ??
      cells.mobile ??
      cells.phone ??
      cells.email ??
      null,
    holder: person(cells.holder_name, cells.holder_first_name, cells.holder_last_name) ?? cells.holder_mobile ?? null,
    item: cells.ticket_type ?? cells.product ?? null,
    quantity: Number.isNaN(quantity) ? null : quantity,
    ...("rejected" in result
      ? { reason: result.rejected.reason, field: result.rejected.field, value: result.rejected.value }
      : { reason: null, field: null, value: null }),
  };
}
