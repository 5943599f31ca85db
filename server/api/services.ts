/** The services that routes get, and the shape of a module's routes. */
import { authentication } from "../../contract/accounts.ts";
import { contract } from "../../contract/contract.ts";
import type { AccountServices } from "../accounts/module.ts";
import type { IncomingServices } from "../carriers/carrier.ts";
import type { Handlers } from "../kit/http.ts";

/** What wire.ts passes in, and what one API process shares among its routes. */
export type RouteServices = IncomingServices & AccountServices;

/** Every resource that the server serves. */
export const resources = { authentication, ...contract };
type Resources = typeof resources;

/** A module's handlers, by resource. */
export type ModuleRoutes = { [Name in keyof Resources]?: Partial<Handlers<Resources[Name]>> };

/** The part of a module that the API uses. */
export interface RoutesModule {
  routes?: (services: RouteServices) => ModuleRoutes;
}
