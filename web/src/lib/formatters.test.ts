import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scaleOf } from "../ui/chart.tsx";
import { formFieldOf, looksLikeEmail } from "../ui/form.tsx";
import { contactName } from "./contact-name.ts";
import { countryOptions, guessCountry, timeZoneOptions } from "./countries.ts";
import { problemKey } from "./explain.ts";
import { languageOfTag, localeOf, pickLanguage } from "./language.ts";

test("a contact is called by name, else number, else address", () => {
  const empty = { first_name: null, last_name: null, mobile: null, phone: null, email: null };
  expect(contactName({ ...empty, first_name: "Anna", mobile: "+4791234567" }, "NO")).toEqual({
    name: "Anna",
    aside: "912 34 567",
  });
  expect(contactName({ ...empty, phone: "+4722334455" }).name).toBe("+47 22 33 44 55");
  expect(contactName({ ...empty, email: "a@b.no" }).name).toBe("a@b.no");
  expect(contactName({ ...empty, last_name: "Ness" }).name).toBe("Ness");
  expect(contactName({ ...empty, first_name: "Åse", last_name: "Ness", email: "a@b.no" })).toEqual({
    name: "Åse Ness",
    aside: "a@b.no",
  });
  expect(contactName({ ...empty, mobile: "+4791234567" }, "NO").name).toBe("912 34 567");
  expect(contactName(empty).name).toBeNull();
});

test("the language is the person's choice, then the workspace's, then the browser's", () => {
  expect(pickLanguage({ chosen: "da", workspace: "nb", browser: ["sv"] })).toBe("da");
  expect(pickLanguage({ chosen: null, workspace: "nb", browser: ["sv"] })).toBe("nb");
  expect(pickLanguage({ chosen: null, workspace: null, browser: ["fr-FR", "sv-FI", "en"] })).toBe("sv");
  expect(pickLanguage({ chosen: null, workspace: null, browser: [] })).toBe("en");
});

test("Norwegian is recognised by several tags", () => {
  expect(["no", "nb-NO", "nn", "NO-no"].map(languageOfTag)).toEqual(["nb", "nb", "nb", "nb"]);
  expect(languageOfTag("nl")).toBeNull();
});

test("numbers and dates follow the browser's own variant of the language", () => {
  expect(localeOf("en", ["en-US", "nb-NO"])).toBe("en-US");
  expect(localeOf("sv", ["sv-FI"])).toBe("sv-FI");
  expect(localeOf("nb", ["no-NO"])).toBe("nb-NO");
  expect(localeOf("da", ["en-GB"])).toBe("da-DK");
  expect(localeOf("en", ["en-x-broken_tag"])).toBe("en-GB");
});

test("the country is guessed from the time zone, then from the browser", () => {
  expect(guessCountry("Europe/Stockholm", ["en-US"])).toBe("SE");
  expect(guessCountry("Asia/Tokyo", ["ja", "ja-JP"])).toBe("JP");
  expect(guessCountry("Etc/UTC", [])).toBe("NO");
});

test("every country is listed once, under a name", () => {
  const options = countryOptions("nb");
  expect(options).toHaveLength(249);
  expect(options.find(({ value }) => value === "SE")?.label).toBe("Sverige");
});

test("a workspace's time zone can be chosen even if the browser does not list it", () => {
  expect(timeZoneOptions("Etc/Odd").map(({ value }) => value)).toContain("Etc/Odd");
});

test("a server's field name is matched to the form's", () => {
  expect(formFieldOf("name", ["name"])).toBe("name");
  expect(formFieldOf("admin.email", ["email", "password"])).toBe("email");
  expect(formFieldOf("workspace.name", ["workspace_name"], { "workspace.name": "workspace_name" })).toBe(
    "workspace_name",
  );
  expect(formFieldOf("newPassword", ["password"], { newPassword: "password" })).toBe("password");
  expect(formFieldOf("cursor", ["name"])).toBeNull();
  expect(formFieldOf(undefined, ["name"])).toBeNull();
});

test("an invalid e-mail address is reported before the server is called", () => {
  for (const good of ["a@b.no", " kari.nordmann+sms@post.example.com ", "ola@blåbær.no"])
    expect(looksLikeEmail(good)).toBe(true);
  for (const bad of ["kari", "kari@", "@b.no", "a@b", "a b@c.no", "a@b..no"]) expect(looksLikeEmail(bad)).toBe(false);
});

test("problem codes in any notation find their key", () => {
  expect(problemKey("INVALID_EMAIL_OR_PASSWORD")).toBe("invalid_email_or_password");
  expect(problemKey("body/email")).toBe("body_email");
});

test("a chart's scale has whole, round figures up to the largest value", () => {
  expect(scaleOf(0)).toEqual([0, 1, 2, 3, 4]);
  expect(scaleOf(5)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(scaleOf(46)).toEqual([0, 10, 20, 30, 40, 50]);
  expect(scaleOf(101)).toEqual([0, 50, 100, 150]);
  for (const largest of [0, 1, 4, 5, 6, 9, 10, 11, 99, 101, 4910, 80_001, 1_000_000]) {
    const scale = scaleOf(largest);
    expect(scale.at(-1)).toBeGreaterThanOrEqual(Math.max(4, largest));
    expect(scale.length).toBeLessThanOrEqual(6);
    const [, step = 0] = scale;
    expect(String(step)).toMatch(/^[125]0*$/);
    expect(scale).toEqual(scale.map((_, i) => i * step));
  }
});

test("dates have one form, “1 Dec 2026”, or the full one with the day of the week", () => {
  const root = join(import.meta.dirname, "..");
  const others = globSync("**/*.{ts,tsx}", { cwd: root, exclude: ["**/*.test.*"] }).filter((file) =>
    /dateStyle: "(short|long)"/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(others).toEqual([]);
});
