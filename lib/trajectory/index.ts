/** Trajectories and turns: the one schema that every agent writes and every later stage reads. */
export * from "./trajectory.ts";
export * from "./codec.ts";
