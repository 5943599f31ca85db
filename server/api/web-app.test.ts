import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { testApp } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";

const webRoot = await mkdtemp(join(tmpdir(), "varsla-web-"));
afterAll(() => rm(webRoot, { recursive: true, force: true }));
await mkdir(join(webRoot, "assets"));
await writeFile(
  join(webRoot, "index.html"),
  '<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><div id="root"></div>',
);
await writeFile(join(webRoot, "assets", "main-1a2b3c.js"), "console.log(1)");
await writeFile(join(webRoot, "assets", "main-1a2b3c.js.br"), "not really brotli");
await writeFile(join(webRoot, "favicon.svg"), "<svg/>");
await writeFile(join(webRoot, "..", "varsla-secret.txt"), "secret");
afterAll(() => rm(join(webRoot, "..", "varsla-secret.txt"), { force: true }));
const { app } = await testApp(await testDatabase(), { webRoot });

test("every view's URL is answered with the page, uncached", async () => {
  for (const url of ["/", "/campaigns/1/performance?view=sent", "/reset-password?token=x", "/invitations/abc"]) {
    const answer = await app.inject(url);
    expect(answer.statusCode, url).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.headers["cache-control"]).toMatch(/no-cache|no-store/);
  }
});

test("style elements of the page carry a nonce that is new each time", async () => {
  const nonces = new Set<string>();
  for (let n = 0; n < 3; n++) {
    const { body, headers } = await app.inject("/");
    const nonce = /content="([^"]+)"/.exec(body)?.[1] ?? "";
    expect(headers["content-security-policy"]).toContain(`style-src 'self' 'nonce-${nonce}'`);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

test("hashed files are cached for ever and served compressed; others are revalidated", async () => {
  const asset = await app.inject("/assets/main-1a2b3c.js");
  expect(asset.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect(asset.headers["content-type"]).toMatch(/javascript/);
  const compressed = await app.inject({ url: "/assets/main-1a2b3c.js", headers: { "accept-encoding": "br" } });
  expect(compressed.headers["content-encoding"]).toBe("br");
  expect((await app.inject("/favicon.svg")).headers["cache-control"]).toBe("no-cache");
});

test("a missing file gives 404, and no file outside the root is served", async () => {
  expect((await app.inject("/assets/main-old.js")).statusCode).toBe(404);
  expect((await app.inject("/api/v2/contacts")).statusCode).toBe(404);
  expect((await app.inject({ method: "POST", url: "/campaigns" })).statusCode).toBe(404);
  for (const url of ["/../varsla-secret.txt", "/%2e%2e/varsla-secret.txt", "/assets/..%2f..%2fvarsla-secret.txt"]) {
    expect((await app.inject(url)).body, url).not.toContain("secret\n");
    expect((await app.inject(url)).body, url).not.toBe("secret");
  }
});
