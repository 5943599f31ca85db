/** docs/tour.md shows every page, and names the images that there are. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { imageFolder, pageRoutes, routeAt, tourSections } from "../testing/tour/routes.ts";

const sections = tourSections();

test.each(pageRoutes())("the tour shows %s", (route) => {
  const found = sections.filter(({ routes }) => routes.includes(route));
  expect(found.map(({ images }) => images.length > 0)).toEqual([true]);
});

test("the tour names no page that does not exist", () => {
  const known = pageRoutes();
  expect(sections.flatMap(({ routes }) => routes).filter((route) => !known.includes(route))).toEqual([]);
  expect(sections.filter(({ routes }) => routes.length === 0).map(({ title }) => title)).toEqual([]);
});

test("the tour names every image once, and each is there", () => {
  const named = sections.flatMap(({ images }) => images.map((image) => `${image}.webp`));
  expect(named.toSorted()).toEqual(readdirSync(imageFolder).toSorted());
});

test.each([
  ["/", "/"],
  ["/settings", "/settings"],
  ["/contacts/imports/new", "/contacts/imports/new"],
  ["/contacts/imports/1", "/contacts/imports/$id"],
  ["/campaigns/1/edit", "/campaigns/$id/edit"],
  ["/p/abc", "/p/$code"],
  ["/no/such/page", "/$"],
])("%s is the page %s", (pathname, route) => {
  expect(routeAt(pathname)).toBe(route);
});
