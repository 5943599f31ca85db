/** Types of the parts of node-smpp 0.5 that Varsla uses; the library has none. */
declare module "smpp" {
  import type { EventEmitter } from "node:events";
  import type { Server as NetServer, Socket } from "node:net";
  import type { ConnectionOptions, TlsOptions } from "node:tls";

  export type Fields = Record<string, unknown>;

  export class PDU {
    constructor(command: string | Buffer, fields?: Fields);
    command: string;
    command_id: number;
    command_length: number;
    command_status: number;
    sequence_number: number;
    [field: string]: unknown;
    isResponse(): boolean;
    response(fields?: Fields): PDU;
    toBuffer(): Buffer;
    static maxLength: number;
  }

  /** `send` takes any command, and answers whether it was written. */
  export class Session extends EventEmitter {
    socket: Socket;
    sequence: number;
    send(pdu: PDU, onResponse?: (pdu: PDU) => void): boolean;
    close(done?: () => void): void;
    destroy(done?: () => void): void;
    /** Parses what can be read from the socket; called whenever there is data. */
    _extractPDUs(): void;
  }

  export class Server extends NetServer {
    sessions: Session[];
  }

  export function connect(options: { host: string; port: number; tls?: boolean } & ConnectionOptions): Session;
  export function createServer(
    options: TlsOptions | Record<string, never>,
    listener: (session: Session) => void,
  ): Server;

  interface Filter {
    encode(this: PDU, value: unknown): unknown;
    decode(this: PDU, value: unknown, skipUdh?: boolean): unknown;
  }
  export const commands: Record<string, { id: number; params?: Record<string, { filter?: Filter }> }>;
  export const errors: Record<string, number>;
  export const encodings: Record<
    "ASCII" | "LATIN1" | "UCS2",
    { encode(text: string): Buffer; decode(octets: Buffer): string }
  >;
}
