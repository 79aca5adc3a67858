import * as path from "node:path";
import { canonicalJson, sha256 } from "../../base/index.ts";
import type { PublishedSplit } from "../../environments/index.ts";
import type { KnowledgeSource } from "../../evaluation/index.ts";
import type { EngineKind } from "../../model/index.ts";

/** Where games are from. */
type GameOrigin =
  | { readonly source: "generated" }
  | {
      readonly source: "published";
      /** The data folder, which the workers see too. */
      readonly folder: string;
      readonly split: PublishedSplit;
    };

/** What is known of where things lie. */
interface PriorFile {
  /** A `PlacementPrior` as JSON, in a folder that the workers see too. */
  readonly prior: string;
  readonly priorHash: string;
}

/**
 * Households in which somebody lived before (`livedIn`), each with one game. A worker furnishes them anew and learns their
 * rules from the earlier games.
 */
export interface HomeList extends PriorFile {
  readonly source: "homes";
  readonly rooms: GameOrigin;
  /** Of the rooms. */
  readonly ids: readonly string[];
  /** `as it is`: the room's own game, in a household that keeps things in the usual places. */
  readonly furnished: "ordinary" | "own ways" | "as it is";
  readonly seed: number;
  readonly earlierGames: number;
}

/** Games by their ids: small enough to be sent anywhere, where the games are made or read anew. */
export type GameList = (GameOrigin & { readonly ids: readonly string[] }) | HomeList;

/** The scripted teacher with what it knows of where things lie. */
export interface TeacherPlayer extends PriorFile {
  readonly kind: "teacher";
}

/** Any admissible command; drawn by the plan's seed and the game's id. */
export interface RandomPlayer {
  readonly kind: "random";
}

/** A student, decoded greedily inside the worker. */
export interface StudentPlayer {
  readonly kind: "student";
  /** The agent's name in the trajectories. */
  readonly name: string;
  /** Folder of the model, which the workers see too; `weights` is the hash of its weights file. */
  readonly folder: string;
  readonly weights: string;
  /** Its `tokenizer.json`. */
  readonly tokenizer: string;
  readonly tokenizerHash: string;
  readonly thoughts: boolean;
  /** It knows KnowSelf's situations; this is when it is given the rules of the household. Absent: it knows none. */
  readonly knowledge?: KnowledgeSource["mode"];
  readonly admissibleOnly: boolean;
  /**
   * So many consecutive games are decoded side by side, always the same ones: rounding depends on a batch's size, and an
   * unlucky rounding may change what is said.
   */
  readonly batch: number;
  /** What must compute, for the same reason. */
  readonly engine: EngineKind;
  readonly tensorflowVersion: string;
}

/** A model behind an OpenAI-compatible endpoint. */
export interface EndpointPlayer {
  readonly kind: "endpoint";
  readonly name: string;
  /** With the version, such as `http://localhost:8000/v1`; the workers' machines must reach it. */
  readonly url: string;
  readonly model: string;
  /** Name of the environment variable with the key, on the workers' machines; none where none is asked for. */
  readonly apiKeyVariable?: string;
  /**
   * Told as the system message; default: ours for the household. Empty: nothing is told and observations stay as they are,
   * for a student that was trained so.
   */
  readonly instructions?: string;
  readonly temperature: number;
  readonly maxTokens: number;
  /** Games that a worker plays at once. */
  readonly parallel: number;
}

export type Player = TeacherPlayer | RandomPlayer | StudentPlayer | EndpointPlayer;

/** One player and the games that it plays. */
export interface Match {
  readonly player: Player;
  readonly games: GameList;
  /** `.jsonl` or `.jsonl.gz` that takes the episodes; matches with the same file follow each other in it. */
  readonly output: string;
}

/** Every episode that is to be played: the games of all matches in their order, numbered from 0. */
export interface RolloutPlan {
  readonly matches: readonly Match[];
  readonly stepLimit: number;
  readonly seed: number;
}

export const taskCount = ({ matches }: RolloutPlan): number =>
  matches.reduce((sum, { games }) => sum + games.ids.length, 0);

/** A hash of everything that decides what is played; not of where the results go. */
export const planHash = ({ matches, stepLimit, seed }: RolloutPlan): string =>
  sha256(canonicalJson({ matches: matches.map(({ player, games }) => ({ player, games })), stepLimit, seed }));

/** The player's name for messages. */
export const playerName = (player: Player): string => ("name" in player ? player.name : player.kind);

/** The file by whose hash a model is known; a sharded model's index would not do, but students are small. */
export const weightsFile = (folder: string): string => path.join(folder, "model.safetensors");
