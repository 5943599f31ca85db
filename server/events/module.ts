/** Events, what is sold for them, and orders with their tickets. */
import type { ActivityData } from "../../contract/activity.ts";
import type { Present } from "../activity/subscriber.ts";
import type { Services } from "../kit/services.ts";
import { eventsRoutes, itemsRoutes } from "./events-routes.ts";
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
    orders: ordersRoutes(services),
  }),
  presents: { "order.created": present, "order.updated": present, "order.cancelled": present },
};
