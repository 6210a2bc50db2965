import { serveClass } from "../../../src/conformance/serve-class.js";
import { Toy } from "./toy-class.js";

serveClass(Toy);
