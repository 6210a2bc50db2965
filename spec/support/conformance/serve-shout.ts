import { startShout } from "./shout-service.js";

console.log(`listening on ${(await startShout()).url}`);
