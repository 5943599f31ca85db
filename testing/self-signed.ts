import { execFileSync } from "node:child_process";

/** A new certificate of localhost and its key, of no known authority. */
export function selfSigned(): { cert: string; key: string } {
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const pem = execFileSync("openssl", [...made, ...subject, "-keyout", "-", "-out", "-"], {
    stdio: ["ignore", "pipe", "ignore"],
  }).toString();
  const certificate = pem.indexOf("-----BEGIN CERTIFICATE");
  return { key: pem.slice(0, certificate), cert: pem.slice(certificate) };
}
