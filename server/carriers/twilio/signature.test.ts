/** X-Twilio-Signature, against the examples of Twilio's own libraries and against the test double. */
import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signedForm, signedJson } from "../../../testing/twilio.ts";
import { readSigned, type SignedRequest } from "./signature.ts";

const token = "12345";
const form = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";

function request(parts: Partial<SignedRequest> = {}): SignedRequest {
  return {
    origins: ["https://mycompany.com"],
    url: "/myapp.php?foo=1&bar=2",
    contentType: "application/x-www-form-urlencoded",
    signature: undefined,
    body: form,
    ...parts,
  };
}

/** Signatures with the token 12345, as Twilio's libraries are tested with. */
test.each<[string, string, Partial<SignedRequest>]>([
  ["a form", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", {}],
  [
    "https with a port of its own, signed without",
    "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    { origins: ["https://mycompany.com:1234"] },
  ],
  ["http with a port of its own", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", { origins: ["http://mycompany.com:1234"] }],
  ["https, signed with port 443", "kvajT1Ptam85bY51eRf/AJRuM3w=", {}],
  ["http, signed with port 80", "0ZXoZLH/DfblKGATFgpif+LLRf4=", { origins: ["http://mycompany.com"] }],
  [
    "user and password in the URL, with port 443",
    "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=",
    { origins: ["https://user:pass@mycompany.com"] },
  ],
  ["user and password in the URL", "CukzLTc1tT5dXEDIHm/tKBanW10=", { origins: ["https://user:pass@mycompany.com"] }],
  [
    "user and password in the URL, and port 443 in ours",
    "CukzLTc1tT5dXEDIHm/tKBanW10=",
    { origins: ["https://user:pass@mycompany.com:443"] },
  ],
  ["a user alone", "2YRLlVAflCqxaNicjMpJcSTgzSs=", { origins: ["https://user@mycompany.com"] }],
  [
    "user and password that are not signed",
    "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    { origins: ["https://user:pass@mycompany.com"] },
  ],
  ["a query with other escapes", "dsq4Ehbj6cs+KdTkpF5sSSplOWw=", { url: "/myapp.php?foo=1&bar=2&Body=It's+amazing" }],
  [
    "an array",
    "83O6e2vORAoJHUNzJjDWN1jz+BA=",
    { body: "MessagingBinding.Address=%2B1415xxxxxxx&MessagingBinding.Address=%2B1325xxxxxxx" },
  ],
  [
    "an array with a value twice, and names that begin alike",
    "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
    { body: "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234" },
  ],
  [
    "JSON by its hash",
    "a9nBmqA0ju/hNViExpshrM61xv4=",
    {
      url: "/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
      contentType: "application/json",
      body: '{"property": "value", "boolean": true}',
    },
  ],
  [
    "JSON by its hash alone",
    "y77kIzt2vzLz71DgmJGsen2scGs=",
    {
      url: "/myapp.php?bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
      contentType: "application/json",
      body: '{"property": "value", "boolean": true}',
    },
  ],
  [
    "empty JSON",
    "Ldidvp12m26NI7eqEvxnEpkd9Hc=",
    {
      url: "/myapp.php?foo=1&bar=2&bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
      contentType: "application/json",
      body: "{}",
    },
  ],
])("Twilio's example is accepted, and no variation of it: %s", (_what, signature, parts) => {
  const given = request({ ...parts, signature });
  expect(readSigned(token, given)).not.toBeNull();
  expect(readSigned("12346", given)).toBeNull();
  expect(readSigned(token, { ...given, url: `${given.url}&x=1` })).toBeNull();
  expect(readSigned(token, { ...given, url: given.url.replace("myapp", "Myapp") })).toBeNull();
  expect(readSigned(token, { ...given, body: `${given.body}x` })).toBeNull();
  expect(readSigned(token, { ...given, origins: ["https://yourcompany.com"] })).toBeNull();
  for (const wrong of [undefined, "", signature.slice(1), `${signature}=`, signature.toLowerCase(), "é".repeat(28)])
    expect(readSigned(token, { ...given, signature: wrong })).toBeNull();
});

describe("HMAC-SHA256, as of a webhook rule with a shared key", () => {
  const url = "https://mycompany.com/myapp.php?foo=1&bar=2";
  const shared = "a shared key";
  const sha1 = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
  const signed = [...new URLSearchParams(form)].sort().flat().join("");
  const sha256 = (secret: string, at = url) =>
    createHmac("sha256", secret)
      .update(at + signed)
      .digest("base64");
  const settings = "key=webhooks_key_01,algorithm=HMAC_SHA256";
  const taken = (parts: Partial<SignedRequest>, keys: string[] = [shared]) =>
    readSigned(token, request(parts), keys) !== null;

  test("one right signature is enough: with the token or a shared key, of either kind, in either header", () => {
    expect(taken({ signature: sha256(shared), settings })).toBe(true);
    expect(taken({ signature: sha256(shared, url.replace(".com", ".com:443")), settings })).toBe(true);
    expect(taken({ signature: sha256("the next"), settings }, [shared, "the next"])).toBe(true);
    expect(taken({ signature: sha256(token) }, [])).toBe(true);
    expect(taken({ signature: sha1 }, [])).toBe(true);
    expect(taken({ signature256: sha256(token) }, [])).toBe(true);
    expect(taken({ signature: sha1, signature256: sha256(token) })).toBe(true);
    const byKey = createHmac("sha1", shared)
      .update(url + signed)
      .digest("base64");
    expect(taken({ signature: byKey, settings: "key=webhooks_key_01,algorithm=HMAC_SHA1" })).toBe(true);
    for (const said of [
      "algorithm=HMAC_SHA256",
      "algorithm=hmac-sha256, key=x",
      'key=x; algorithm="HMAC_SHA256"',
      "key=x",
    ])
      expect(taken({ signature: sha256(shared), settings: said }), said).toBe(true);
  });

  test("a wrong signature in addition changes nothing, since it proves nothing", () => {
    expect(taken({ signature: sha1, signature256: sha256("another") })).toBe(true);
    expect(taken({ signature: "x".repeat(28), signature256: sha256(token) })).toBe(true);
    expect(taken({ signature: `${"x".repeat(28)}, ${sha1}` })).toBe(true);
    expect(taken({ signature: "x".repeat(28), signature256: sha256("another") })).toBe(false);
  });

  test("the algorithm that the settings header names is binding", () => {
    expect(taken({ signature: sha1, settings })).toBe(false);
    expect(taken({ signature: sha256(shared), settings: "key=x,algorithm=HMAC_SHA1" })).toBe(false);
    expect(taken({ signature: sha256(shared), settings: "key=x,algorithm=HMAC_SHA512" })).toBe(false);
    expect(taken({ signature: sha256(shared), settings: "key=x,algorithm=" })).toBe(false);
    expect(taken({ signature: sha256(shared), settings: "key=x,algorithm=constructor" })).toBe(false);
  });

  test("another key, another body, a piece of it, another spelling: refused", () => {
    const right = sha256(shared);
    expect(taken({ signature: right, settings }, [])).toBe(false);
    expect(taken({ signature: right, settings, body: `${form}x` })).toBe(false);
    expect(taken({ signature: right, settings, url: "/myapp.php?foo=1&bar=3" })).toBe(false);
    for (const wrong of ["", right.slice(1), `${right}=`, right.toLowerCase(), "é".repeat(44), "=".repeat(44)])
      expect(taken({ signature: wrong, settings }), wrong).toBe(false);
    expect(
      taken({
        signature: Array.from({ length: 50 }, () => "x".repeat(44))
          .concat(right)
          .join(","),
      }),
    ).toBe(false);
  });
});

describe("a body that the signature does not cover is refused", () => {
  const sign = (url: string, text = "") =>
    createHmac("sha1", token)
      .update(url + text)
      .digest("base64");

  test("JSON without its hash", () => {
    const url = "/hook?message=1";
    const given = request({ url, contentType: "application/json", body: '{"MessageStatus":"delivered"}' });
    expect(readSigned(token, { ...given, signature: sign(`https://mycompany.com${url}`) })).toBeNull();
  });

  test("a body of another type, or of none", () => {
    for (const contentType of [
      "text/plain",
      "multipart/form-data; boundary=x",
      undefined,
      "application/json; x-www-form-urlencoded",
    ]) {
      const given = request({ contentType, signature: sign("https://mycompany.com/myapp.php?foo=1&bar=2") });
      expect(readSigned(token, given)).toBeNull();
    }
  });

  test("a form with the hash of another one", () => {
    const hash = createHash("sha256").update("Digits=1").digest("hex");
    const url = `/hook?bodySHA256=${hash}`;
    const signature = sign(`https://mycompany.com${url}`);
    expect(readSigned(token, request({ url, body: "Digits=1", signature }))).not.toBeNull();
    expect(readSigned(token, request({ url, body: "Digits=2", signature }))).toBeNull();
  });
});

const strange = [
  "æøå ÆØÅ",
  "🎉 & = + % # ? / \\ \" '",
  "linje\nlinje\r\n",
  "",
  " ",
  "%2B",
  "\u0000",
  "日本語",
  "a=b&c=d",
];

test.each(strange)("unusual characters: %j", (value) => {
  const url = "https://sms.example.com/api/v1/carriers/x/twilio/inbound";
  const { headers, body } = signedForm(token, url, {
    Body: value,
    From: "+4791000001",
    [`Name ${value}`]: [value, "x", value],
  });
  const given = request({
    origins: ["https://sms.example.com"],
    url: "/api/v1/carriers/x/twilio/inbound",
    contentType: headers["content-type"],
    signature: headers["x-twilio-signature"],
    body,
  });
  expect(readSigned(token, given)?.get("Body")).toBe(value);
});

test("JSON is read as far as it is flat", () => {
  const value = { MessageStatus: "delivered", n: 1, yes: true, nothing: null, deep: { a: 1 }, list: [1] };
  const { url, headers, body } = signedJson(token, "https://sms.example.com/hook", value);
  const { pathname, search } = new URL(url);
  const read = readSigned(token, {
    origins: ["https://sms.example.com"],
    url: pathname + search,
    contentType: headers["content-type"],
    signature: headers["x-twilio-signature"],
    body,
  });
  expect([...(read ?? [])]).toEqual([
    ["MessageStatus", "delivered"],
    ["n", "1"],
    ["yes", "true"],
  ]);
});

test("a public URL under a path, and several origins: Twilio may have been given any of them", () => {
  const { headers, body } = signedForm(token, "https://example.com/varsla/api/hook?message=1#rc=5&rp=all", { A: "1" });
  const given = request({
    url: "/api/hook?message=1",
    contentType: headers["content-type"],
    signature: headers["x-twilio-signature"],
    body,
  });
  expect(
    readSigned(token, { ...given, origins: ["http://10.0.0.1:3000", "https://example.com/varsla"] }),
  ).not.toBeNull();
  expect(readSigned(token, { ...given, origins: ["http://10.0.0.1:3000", "https://example.com"] })).toBeNull();
  for (const origin of ["", "http://", "://", "nonsense", "http://a:99999", "http://[::1"])
    expect(readSigned(token, { ...given, origins: [origin] })).toBeNull();
});

test("a form of ten thousand names is read quickly, signed or not", () => {
  const names = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`n${i}`, "v"]));
  const { headers, body } = signedForm(token, "https://mycompany.com/myapp.php?foo=1&bar=2", names);
  const given = request({ body, contentType: headers["content-type"], signature: headers["x-twilio-signature"] });
  expect(readSigned(token, given)?.size).toBe(10_000);
  expect(readSigned(token, { ...given, signature: "x".repeat(28) })).toBeNull();
});
