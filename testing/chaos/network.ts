/** The carrier's end: an SMSC in a process of its own, whose books survive every blow, and the network between. */
import { type SmscProcess, spawnSmsc } from "../smsc-process.ts";
import { startTcpProxy, type TcpProxy } from "../tcp-proxy.ts";

export interface Network {
  smsc: SmscProcess;
  proxy: TcpProxy;
  stop(): Promise<void>;
}

export const systemId = "chaos";
export const password = "secret";

/** An SMSC that makes the usual trouble; handsets of their own kinds come with the tenant. */
export async function startNetwork(): Promise<Network> {
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
  return {
    smsc,
    proxy,
    async stop() {
      await proxy.close();
      await smsc.stop();
    },
  };
}
