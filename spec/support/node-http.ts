import { NodeHttpHandler } from "@smithy/node-http-handler";
import { useTransport } from "../../src/bedrock/transport.js";

/** For the specs of a suite: requests go through node:http, where nock sees them. */
export const throughNodeHttp = (): void => {
  before(() => useTransport(() => new NodeHttpHandler()));
  after(() => useTransport());
};
