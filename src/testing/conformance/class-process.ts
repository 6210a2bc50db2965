/** The program of a class's own process. Arguments: the module's file and the name that it exports. */
import { loadClass } from "./load-class.js";
import { serveClass } from "./serve-class.js";

const [module = "", name = ""] = process.argv.slice(2);
await serveClass(await loadClass({ module, export: name }));
