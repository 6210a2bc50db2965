import { serveClass } from "../../../src/testing/conformance/serve-class.js";
import { Toy } from "./toy-class.js";

await serveClass(Toy);
