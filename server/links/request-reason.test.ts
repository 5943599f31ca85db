import { expect, test } from "vitest";
import { requestReason } from "./request-reason.ts";

const reason = (agent: string | undefined, headers: Record<string, string> = {}, method = "GET") =>
  requestReason({ method, headers: { ...(agent === undefined ? {} : { "user-agent": agent }), ...headers } });
const iphone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
const android =
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile Safari/537.36";

test("browsers of phones and computers may be people", () => {
  for (const agent of [
    iphone,
    android,
    "Mozilla/5.0 (Linux; Android 13; SM-G991B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/129.0.0.0 Mobile Safari/537.36 Instagram 350.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
  ])
    expect(reason(agent)).toBeNull();
});

test("programs that say so are robots", () => {
  for (const agent of [
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0 A",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.5.0",
    "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UD1A.230803.041)",
    "Messages/1.0 CFNetwork/1494.0.7 Darwin/23.4.0",
  ])
    expect(reason(agent), agent).toBe("robot_agent");
  expect(reason(undefined)).toBe("no_agent");
  expect(reason("  ")).toBe("no_agent");
});

test("a page that is fetched before anybody asks for it is a robot's", () => {
  expect(reason(iphone, {}, "HEAD")).toBe("head");
  expect(reason(iphone, { "sec-purpose": "prefetch;prerender" })).toBe("prefetch");
  expect(reason(iphone, { purpose: "prefetch" })).toBe("prefetch");
  expect(reason(iphone, { "x-purpose": "preview" })).toBe("prefetch");
  expect(reason(iphone, { "x-moz": "prefetch" })).toBe("prefetch");
  expect(reason(iphone, { "sec-purpose": "other" })).toBeNull();
});
