import { expect, test } from "vitest";
import { describeAgent } from "./user-agent.ts";

const mozilla = "Mozilla/5.0";
const chromium = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0";
test.each([
  [`${mozilla} (Windows NT 10.0; Win64; x64) ${chromium} Safari/537.36 Edg/146.0.0.0`, "Edge", "Windows"],
  [`${mozilla} (X11; Linux x86_64) ${chromium} Safari/537.36`, "Chrome", "Linux"],
  [`${mozilla} (Linux; Android 10; K) ${chromium} Mobile Safari/537.36`, "Chrome", "Android"],
  [`${mozilla} (Macintosh; Intel Mac OS X 10.15; rv:148.0) Gecko/20100101 Firefox/148.0`, "Firefox", "macOS"],
  [
    `${mozilla} (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1`,
    "Safari",
    "iPhone",
  ],
])("%s", (agent, browser, system) => {
  expect(describeAgent(agent)).toEqual({ browser, system });
});

test.each([null, "", "curl/8.5.0", "<script>alert(1)</script>"])("%j is not a browser that a person uses", (agent) => {
  expect(describeAgent(agent)).toBeNull();
});
