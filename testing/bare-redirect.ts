/** A process that redirects and does nothing else, with a plain Fastify: what the redirect of short links is compared with. */
import { fastify } from "fastify";

const app = fastify();
app.get("/l/:code", (_request, reply) => reply.code(302).header("location", "https://example.com/").send());
const url = await app.listen({ port: 0, host: "127.0.0.1" });
console.log(url);
// Ends with the process that started it.
process.stdin.resume().once("end", () => void app.close());
