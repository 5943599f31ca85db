/** Events, what is sold for them, and orders with their tickets. */
import type { ActivityData } from "../../contract/activity.ts";
import type { Present } from "../activity/subscriber.ts";
import type { DueServices, Services, StartServices } from "../kit/services.ts";
import { eventsRoutes, itemsRoutes } from "./events-routes.ts";
import { orderImportRoutes } from "./import/import-routes.ts";
import { orderFiles } from "./import/order-file.ts";
import { dueImports, importJobs, sweepImports } from "./import/run-import.ts";
import { loadOrders } from "./orders/complete-orders.ts";
import { ordersRoutes } from "./orders/orders-routes.ts";
import { presentOrder } from "./orders/present-order.ts";

/** An order as webhooks get it. */
const present: Present<ActivityData<"order.created">> = async (tx, workspaceId, { subjects }) => {
  const orders = await loadOrders(tx, workspaceId, subjects);
  return new Map(orders.map((order) => [order.id, { data: presentOrder(order), contact_id: order.buyer_id }] as const));
};

export const eventsModule = {
  routes: (services: Services) => ({
    events: eventsRoutes(services),
    ticketTypes: itemsRoutes("ticket_type", services),
    products: itemsRoutes("product", services),
    orders: { ...ordersRoutes(services), ...orderImportRoutes(services) },
  }),
  jobs: (services: Services) => importJobs(services),
  kinds: { [orderFiles.job]: "imports" } as const,
  due: (services: DueServices) => [dueImports(services)],
  presents: { "order.created": present, "order.updated": present, "order.cancelled": present },
  async start({ jobsDb, ...services }: StartServices) {
    if (services.config.roles.has("worker")) await sweepImports({ ...services, db: jobsDb });
  },
};
