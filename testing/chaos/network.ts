/**
 * The carriers' end: an SMSC in a process of its own and the network before it, and a stand-in for Twilio in this one. Their
 * books survive every blow.
 */
import { type SmscProcess, spawnSmsc } from "../smsc-process.ts";
import { startTcpProxy, type TcpProxy } from "../tcp-proxy.ts";
import { startTroubledTwilio, type TroubledTwilio } from "./troubled-twilio.ts";

export interface Network {
  smsc: SmscProcess;
  proxy: TcpProxy;
  twilio: TroubledTwilio;
  stop(): Promise<void>;
}

export const systemId = "chaos";
export const password = "secret";

/** Carriers that make the usual trouble, by `seed`; handsets of their own kinds come with the tenant. */
export async function startNetwork(seed: number): Promise<Network> {
  const smsc = await spawnSmsc({
    system_id: systemId,
    password,
    behaviour: {
      // As far away as a carrier is: a batch that takes its time is met by more blows.
      response_delay_ms: 15,
      receipt_delay_ms: 50,
      early_share: 0.01,
      double_share: 0.01,
      lost_share: 0.01,
      throttle_share: 0.005,
    },
  });
  const proxy = await startTcpProxy(smsc.port);
  const twilio = await startTroubledTwilio(seed);
  return {
    smsc,
    proxy,
    twilio,
    async stop() {
      await twilio.stop();
      await proxy.close();
      await smsc.stop();
    },
  };
}
