import { createRouter } from "@tanstack/react-router";
import { parseSearch, stringifySearch } from "./lib/search.ts";
import { routeTree } from "./routes.tsx";

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  scrollRestoration: true,
  // Pages show their own skeletons; the router's would flash between them.
  defaultPendingMs: 1000,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
