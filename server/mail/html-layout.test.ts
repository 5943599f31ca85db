import { expect, test } from "vitest";
import { layOut, plainTextOf } from "./html-layout.ts";

test("the layout escapes what it is given, and takes no styles from a colour", () => {
  const html = layOut({
    language: "nb",
    title: 'Hei <"you">',
    body: "<p>Velkommen</p>",
    logo: { url: 'https://x.example/"onerror="alert(1)', name: "<Saks>" },
    color: "red;background:url(https://evil.example)",
    button: { text: "Se <billetten>", url: "https://x.example/?a=1&b=2" },
    footer: "Storgata 1\n<script>",
  });
  expect(html).toContain("<title>Hei &lt;&quot;you&quot;&gt;</title>");
  expect(html).toContain('href="https://x.example/?a=1&amp;b=2"');
  expect(html).toContain("Storgata 1<br>&lt;script&gt;");
  expect(html).not.toMatch(/<script|onerror="|evil/);
  expect(html).toContain("<p>Velkommen</p>");
});

test("the plain twin has blocks as lines, links with their address, and no markup", () => {
  const html = `<html><head><title>x</title><style>p{}</style></head><body><h1>Hei&nbsp;Ola &amp; Kari</h1>
    <p>Vel <b>møtt</b><br>i kveld.</p><ul><li>En</li><li>To</li></ul>
    <p><a href="https://x.example/a?b=1">Se billetten</a> <a href='https://y.example'>https://y.example</a></p>
    <!-- hidden --><script>alert(1)</script>&#9731;&#x1f389;&unknown;</body></html>`;
  expect(plainTextOf(html)).toBe(
    "Hei Ola & Kari\n\nVel møtt\ni kveld.\n\n- En\n- To\n\nSe billetten (https://x.example/a?b=1) https://y.example\n\n☃🎉&unknown;\n",
  );
});

test("hostile HTML takes no longer than its length", () => {
  for (const piece of ["<a href=", "<!--", "<style>", "<", "&#x", "<a href='x'>", "<p "]) {
    const text = plainTextOf(piece.repeat(20_000));
    expect(text.length).toBeLessThan(400_000);
  }
});
