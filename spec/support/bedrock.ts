import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/testing/emulator/index.js";

/** The local Bedrock of a suite: started before its specs and closed after them. */
export const useBedrock = (options: EmulatorOptions = {}): Emulator => {
  const { bedrock, start, close } = idle(options);
  before(start);
  after(close);
  return bedrock;
};

/** The same, a new one for every spec. */
export const useFreshBedrock = (options: EmulatorOptions = {}): Emulator => {
  const { bedrock, start, close } = idle(options);
  beforeEach(start);
  afterEach(close);
  return bedrock;
};

/** A local Bedrock of one spec, closed however `use` ends. */
export const withBedrock = async <Result>(
  options: EmulatorOptions,
  use: (bedrock: Emulator) => Promise<Result>,
): Promise<Result> => {
  const bedrock = await startEmulator(options);
  try {
    return await use(bedrock);
  } finally {
    await bedrock.close();
  }
};

/** One that can be named before it is there. */
const idle = (options: EmulatorOptions) => {
  let running: Emulator | undefined;
  const get = (): Emulator => {
    if (!running) throw new Error("The local Bedrock runs in hooks and specs only.");
    return running;
  };
  const bedrock: Emulator = {
    get url() {
      return get().url;
    },
    stats: () => get().stats(),
    setFaults: (faults) => get().setFaults(faults),
    setQuota: (quota) => get().setQuota(quota),
    setAccount: (account) => get().setAccount(account),
    passTime: (seconds) => get().passTime(seconds),
    expireSessions: () => get().expireSessions(),
    close: () => get().close(),
  };
  const start = async (): Promise<void> => {
    running = await startEmulator(options);
  };
  const close = async (): Promise<void> => {
    await running?.close();
    running = undefined;
  };
  return { bedrock, start, close };
};
