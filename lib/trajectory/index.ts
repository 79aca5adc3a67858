/** Trajectories and turns: the one schema that every agent writes and every later stage reads; foreign formats of them. */
export * from "./trajectory.ts";
export * from "./trajectory-pair.ts";
export * from "./codec.ts";
export * from "./situations.ts";
export * from "./step-pair.ts";
export * from "./formats/index.ts";
