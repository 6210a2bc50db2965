import { toy } from "./toy.js";

/** The toy with the defect that the environment names. */
export const Toy = toy(process.env.TOY_DEFECT);
