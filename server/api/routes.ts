/** Binds every endpoint of the contract to the module that handles it. */
import type { Resource } from "../../contract/endpoint.ts";
import type { Handlers } from "../kit/http.ts";
import { apiPrefix, authenticationPrefix } from "./openapi.ts";
import { type RoutesModule, resources, type RouteServices } from "./services.ts";

/** Called once for each resource. */
type Bind = (prefix: string, resource: Resource, handlers: Handlers<Resource>) => Promise<void>;

/** Binds every resource. Throws unless exactly one module handles each endpoint of the contract. */
export async function bindRoutes(modules: readonly RoutesModule[], services: RouteServices, bind: Bind): Promise<void> {
  const routesOf = modules.flatMap(({ routes }) => (routes ? [routes(services) as Record<string, object>] : []));
  for (const [name, resource] of Object.entries<Resource>(resources)) {
    const found = routesOf.flatMap((routes) => Object.entries(routes[name] ?? {}));
    const handlers = Object.fromEntries(found) as Handlers<Resource>;
    for (const endpoint of Object.keys(resource)) {
      const times = found.filter(([each]) => each === endpoint).length;
      if (times !== 1) throw new Error(`${times} modules handle ${name}.${endpoint}; exactly one must`);
    }
    await bind(name === "authentication" ? authenticationPrefix : apiPrefix, resource, handlers);
  }
}
