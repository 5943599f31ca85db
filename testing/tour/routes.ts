/** What the tour has to show, by the router and by the pages outside of it, and what docs/tour.md shows. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createMemoryHistory, createRouter } from "@tanstack/react-router";
import { routeTree } from "../../web/src/routes.tsx";

const docs = join(import.meta.dirname, "..", "..", "docs");

/** Where the images are. */
export const imageFolder = join(docs, "tour");

/** Pages that the server renders itself: those of recipients, and the API reference. */
const serverPages = ["/p/$code", "/l/$code", "/api/v1/unsubscribe/$token", "/docs"];

/** The path of every page, with its parameters as the router writes them. */
export function pageRoutes(): string[] {
  const router = createRouter({ routeTree, history: createMemoryHistory() });
  return [...Object.keys(router.routesByPath).map((path) => path.replace(/(.)\/$/, "$1")), ...serverPages];
}

/** The route that an address belongs to: one without parameters before others, and that of unknown addresses last. */
export function routeAt(pathname: string, routes: readonly string[] = pageRoutes()): string | undefined {
  const fits = (route: string) =>
    new RegExp(`^${route.replace(/\/\$$/, "/.+").replace(/\$\w+/g, "[^/]+")}$`).test(pathname);
  return routes.includes(pathname)
    ? pathname
    : (routes.find((route) => route !== "/$" && fits(route)) ?? routes.find(fits));
}

/** A section of docs/tour.md: the addresses in the line below its heading, and its images without their extension. */
export interface Section {
  title: string;
  routes: string[];
  images: string[];
}

export function tourSections(): Section[] {
  const [, ...sections] = readFileSync(join(docs, "tour.md"), "utf8").split(/^### /m);
  return sections.map((section) => {
    const [title = "", , addresses = ""] = section.split("\n");
    return {
      title,
      routes: [...addresses.matchAll(/`(\/[^`]*)`/g)].map(([, route]) => route as string),
      images: [...section.matchAll(/!\[[^\]]+\]\(tour\/([^)]+)\.webp\)/g)].map(([, image]) => image as string),
    };
  });
}
