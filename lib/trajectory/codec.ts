/**
 * Translates between an environment's own words and the shorter text that a student reads and writes. Trajectories keep
 * the real text; only labels and the student's driver see the encoded form. Text outside the codec's grammar passes
 * through unchanged in both directions, so that the environment, not the codec, answers a malformed command.
 */
export interface TurnCodec {
  readonly id: string;
  /** The task or an observation, shortened. May leave out what the turns before already say. */
  readonly encodeUser: (text: string) => string;
  readonly encodeThought: (thought: string) => string;
  readonly encodeAction: (action: string) => string;
  /** A rule, shortened. It is only ever read, so there is no way back. */
  readonly encodeKnowledge: (rule: string) => string;
  readonly decodeThought: (text: string) => string;
  /** Inverse of `encodeAction` for every admissible command. */
  readonly decodeAction: (text: string) => string;
}
