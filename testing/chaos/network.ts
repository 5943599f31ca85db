/**
 * The other side: an SMSC in a process of its own behind a proxy, a test double of Twilio in this process, and a mail relay. Their
 * records survive every fault.
 */
import { type SmscProcess, spawnSmsc } from "../smsc-process.ts";
import { startTcpProxy, type TcpProxy } from "../tcp-proxy.ts";
import { startFaultyTwilio, type FaultyTwilio } from "./faulty-twilio.ts";
import { type Relay, startRelay } from "./relay.ts";

export interface Network {
  smsc: SmscProcess;
  proxy: TcpProxy;
  twilio: FaultyTwilio;
  relay: Relay;
  stop(): Promise<void>;
}

export const systemId = "chaos";
export const password = "secret";

/** Starts carriers with the usual faults, by `seed`. The tenant adds handsets that behave differently. */
export async function startNetwork(seed: number): Promise<Network> {
  const smsc = await spawnSmsc({
    system_id: systemId,
    password,
    behaviour: {
      // The latency of a real carrier: slow batches are interrupted by more faults.
      response_delay_ms: 15,
      receipt_delay_ms: 50,
      early_share: 0.01,
      double_share: 0.01,
      lost_share: 0.01,
      throttle_share: 0.005,
    },
  });
  const proxy = await startTcpProxy(smsc.port);
  const twilio = await startFaultyTwilio(seed);
  const relay = await startRelay(seed);
  return {
    smsc,
    proxy,
    twilio,
    relay,
    async stop() {
      await relay.stop();
      await twilio.stop();
      await proxy.close();
      await smsc.stop();
    },
  };
}
