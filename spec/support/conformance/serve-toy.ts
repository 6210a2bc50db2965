import { serveLines } from "./serve-lines.js";
import { toy } from "./toy.js";

serveLines(toy(process.env.TOY_DEFECT));
