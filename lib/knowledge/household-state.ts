import {
  NOTHING_HAPPENS,
  readAction,
  readIntro,
  readObservation,
  readTask,
  TASK_TREATMENTS,
  typeOf,
  type Goal,
} from "../environments/index.ts";
import { readSituatedText, type Turn } from "../trajectory/index.ts";

/** A message of a conversation, or a turn of ours. */
export type Said = Pick<Turn, "role" | "content" | "action">;

/** What the agent has to do next, as far as its observations tell. */
export type Need =
  /** Look for an object of this type: the wanted one, another one, or the lamp. */
  | { readonly kind: "search"; readonly object: string }
  | { readonly kind: "take"; readonly object: string; readonly receptacle: string }
  /** What it holds is not what the task is about. */
  | { readonly kind: "drop" }
  | { readonly kind: "treat"; readonly verb: string; readonly appliance: string }
  | { readonly kind: "light"; readonly lamp: string }
  | { readonly kind: "deliver"; readonly receptacle: string };

/** What a reader of a household conversation knows at its end. */
export interface HouseholdState {
  readonly goal: Goal;
  readonly held: string | null;
  /** The receptacle last reached. */
  readonly at: string | null;
  /** Whether that one is known to be closed. */
  readonly isClosed: boolean;
  /** Receptacle to what was last seen in it. */
  readonly contents: ReadonlyMap<string, readonly string[]>;
  /** Whether the last action changed nothing. */
  readonly wasRefused: boolean;
  readonly need: Need;
}

/** The task of a household conversation: its goal sentence, which may also be given; null where it has none of ALFWorld's. */
export function householdGoal(turns: readonly Said[], sentence = ""): Goal | null {
  for (const { role, content } of turns) {
    const intro = role === "user" ? readIntro(content) : null;
    const goal = intro && readTask(intro.task);
    if (goal) return goal;
  }
  const [, task = sentence] = /Your task is to: (.*)/.exec(sentence) ?? [];
  return readTask(task.trim().replace(/\.$/, ""));
}

/** Reads a household conversation; null where its goal cannot be read. */
export function readHouseholdState(turns: readonly Said[], sentence?: string): HouseholdState | null {
  const goal = householdGoal(turns, sentence);
  if (goal === null) return null;
  const contents = new Map<string, readonly string[]>();
  const closed = new Set<string>();
  const treated = new Set<string>();
  let [held, at, wasRefused]: [string | null, string | null, boolean] = [null, null, false];
  for (const [index, turn] of turns.entries()) {
    const action = turn.role === "assistant" ? actionOf(turn) : undefined;
    const answer = turns[index + 1];
    if (action === undefined || answer?.role !== "user") continue;
    const { verb, entities } = readAction(action);
    const [first, second] = entities as (string | undefined)[];
    const reading = readObservation(observationOf(answer.content));
    wasRefused = reading.kind === "refused";
    if (verb === "go" && first !== undefined) at = first; // refused: it stands there already
    if (wasRefused) continue;
    if (reading.kind === "closed") closed.add(reading.receptacle);
    if (reading.kind === "contents") {
      closed.delete(reading.receptacle);
      contents.set(reading.receptacle, reading.objects);
    }
    if (first === undefined) continue;
    if (verb === "close") closed.add(first);
    if (["clean", "heat", "cool"].includes(verb)) treated.add(`${verb} ${first}`);
    if (second === undefined) continue;
    const others = (contents.get(second) ?? []).filter((object) => object !== first);
    if (verb === "take") {
      held = first;
      contents.set(second, others);
    }
    if (verb === "put" || verb === "move") {
      held = null;
      contents.set(second, [...others, first]);
    }
  }
  const isClosed = at !== null && closed.has(at);
  return { goal, held, at, isClosed, contents, wasRefused, need: needOf(goal, held, at, contents, treated) };
}

function needOf(
  goal: Goal,
  held: string | null,
  at: string | null,
  contents: ReadonlyMap<string, readonly string[]>,
  treated: ReadonlySet<string>,
): Need {
  const seen = (type: string): { object: string; receptacle: string }[] =>
    [...contents].flatMap(([receptacle, objects]) =>
      objects.filter((object) => typeOf(object) === type).map((object) => ({ object, receptacle })),
    );
  const [verb, appliance] = TASK_TREATMENTS[goal.type] ?? [];
  if (held === null) {
    const isDone = (object: string): boolean => verb === undefined || treated.has(`${verb} ${object}`);
    const left = seen(goal.object).filter(({ object, receptacle }) => {
      return !(typeOf(receptacle) === goal.receptacle && isDone(object));
    });
    const choice = left.find(({ receptacle }) => receptacle === at) ?? left.at(0);
    return choice ? { kind: "take", ...choice } : { kind: "search", object: goal.object };
  }
  if (typeOf(held) !== goal.object) return { kind: "drop" };
  if (verb !== undefined && !treated.has(`${verb} ${held}`)) return { kind: "treat", verb, appliance: appliance! };
  if (goal.lamp === null) return { kind: "deliver", receptacle: goal.receptacle! };
  return seen(goal.lamp).length > 0 ? { kind: "light", lamp: goal.lamp } : { kind: "search", object: goal.lamp };
}

/** The action of an agent's message, in the environment's words. */
export function actionOf({ action, content }: Said): string | undefined {
  return (action ?? readSituatedText(content).action)?.trim();
}

/** An observation without what KnowSelf puts before it. */
export function observationOf(content: string): string {
  const text = content.replace(/^Observation:\s*/, "").trim();
  return `${text}.` === NOTHING_HAPPENS ? NOTHING_HAPPENS : text;
}
