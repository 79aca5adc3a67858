import { isDeepStrictEqual } from "node:util";
import { UserError } from "../base/index.ts";
import { textProblem, type RuleCall } from "./rule-calls.ts";
import { DELETED, oneLine, parseRules, readJsonFile, ruleNumber, type Rule, type RuleFields } from "./rule.ts";

/** Who changes a base, and on account of which pair. */
export interface Author {
  readonly by: string;
  /** The pair's id. */
  readonly pair?: string;
}

/** One change. `before` and `after` are the rules that it concerned. */
export interface RuleChange extends Author {
  /** Number of the change, from 0. */
  readonly sequence: number;
  readonly call: RuleCall | { readonly name: "arrange_rules" };
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
}

const NOBODY: Author = { by: "nobody" };

/**
 * KnowSelf's rule base (`automanual_*`, its rule manager): rules by id, changed by calls that are answered with a line.
 * Every change is kept in a history that can be replayed.
 */
export class RuleBase {
  #rules: Map<string, RuleFields>;
  readonly #file: Readonly<Record<string, unknown>>;
  readonly #history: RuleChange[];

  private constructor(rules: Map<string, RuleFields>, file: Readonly<Record<string, unknown>>, history: RuleChange[]) {
    this.#rules = rules;
    this.#file = file;
    this.#history = history;
  }

  /**
   * A base from `{"all_rules": {"rule_0": {...}}}`, or from the rules alone, as the published seed rules are written.
   * @param place named in errors, such as the file
   * @param history of an earlier sitting, which goes on
   */
  static from(json: unknown = {}, place = "rules", history: readonly RuleChange[] = []): RuleBase {
    const file = typeof json === "object" && json !== null && "all_rules" in json ? json : { all_rules: json };
    return new RuleBase(parseRules(file.all_rules, place), { ...file }, [...history]);
  }

  /** A base from a file in the published layout. */
  static load(file: string): RuleBase {
    return RuleBase.from(readJsonFile(file), file);
  }

  /** Does to `start` what the history says; throws `UserError` where the outcome of a change is another than it says. */
  static replay(start: RuleBase, history: readonly RuleChange[]): RuleBase {
    const base = RuleBase.from(start.toJSON());
    for (const change of history) {
      const { call, by, pair } = change;
      const author = pair === undefined ? { by } : { by, pair };
      if (call.name === "arrange_rules") base.arrange(author);
      else base.apply(call, author);
      const done = base.#history.at(-1);
      if (!isDeepStrictEqual(plain(done), plain({ ...change, sequence: base.#history.length - 1 })))
        throw new UserError(`change ${change.sequence} of the history (${call.name} by ${by}) does not follow from it`);
    }
    return base;
  }

  /** The rules that are not deleted, in order. */
  get rules(): readonly Rule[] {
    return [...this.#rules.keys()].filter((id) => this.#rules.get(id)!.rule !== DELETED).map((id) => this.#rule(id));
  }

  get history(): readonly RuleChange[] {
    return [...this.#history];
  }

  /** The rule of this id; null where there is none, or none any more. */
  get(id: string): Rule | null {
    const fields = this.#rules.get(id);
    return fields === undefined || fields.rule === DELETED ? null : this.#rule(id);
  }

  /** Carries out a call and says what was done, or why nothing was. */
  apply(call: RuleCall, author: Author = NOBODY): string {
    switch (call.name) {
      case "write_rule": {
        const problem = textProblem(call.rule);
        if (problem !== null) return problem;
        const { name: _, extra = {}, rule, type, example = "", task_id = "-1" } = call;
        const id = `rule_${1 + Math.max(-1, ...[...this.#rules.keys()].map((key) => ruleNumber(key)!))}`;
        this.#set(id, { rule, type, example, task_id, ...extra }, call, author);
        return `Added a new rule "${id}".`;
      }
      case "update_rule": {
        const { name: _, extra = {}, rule_id, ...fields } = call;
        if (this.get(rule_id) === null) return missing(rule_id);
        const problem = fields.rule === undefined ? null : textProblem(fields.rule);
        if (problem !== null) return problem;
        this.#set(rule_id, { ...this.#rules.get(rule_id)!, ...extra, ...given(fields) }, call, author);
        return `Updated a rule "${rule_id}".`;
      }
      case "delete_rule":
        if (this.get(call.rule_id) === null) return missing(call.rule_id);
        this.#set(call.rule_id, { ...this.#rules.get(call.rule_id)!, rule: DELETED }, call, author);
        return `Deleted a rule "${call.rule_id}".`;
      case "stop_generating":
        return "Stop generating";
    }
  }

  /**
   * Drops deleted rules, numbers the others anew and rewrites the references in rules and examples; one to a deleted rule
   * becomes `deleted_rule`, one to a rule that never was stays.
   */
  arrange(author: Author = NOBODY): void {
    const before = this.#all();
    const kept = before.filter(({ rule }) => rule !== DELETED);
    if (kept.length === before.length && kept.every(({ id }, index) => id === `rule_${index}`)) return;
    const newId = new Map(before.map(({ id }) => [id, "deleted_rule"]));
    kept.forEach(({ id }, index) => newId.set(id, `rule_${index}`));
    const rewritten = (text: string): string => text.replace(/\brule_\d+\b/g, (id) => newId.get(id) ?? id);
    const rules = kept.map(({ id }): [string, RuleFields] => {
      const fields = this.#rules.get(id)!;
      const example = fields.example === undefined ? {} : { example: rewritten(fields.example) };
      return [newId.get(id)!, Object.freeze({ ...fields, rule: rewritten(fields.rule), ...example })];
    });
    this.#rules = new Map(rules);
    this.#record({ ...author, call: { name: "arrange_rules" }, before, after: this.#all() });
  }

  /** The published layout, with deleted rules as long as they are not arranged away, and with unknown fields. */
  toJSON(): { readonly all_rules: Readonly<Record<string, RuleFields>>; readonly [field: string]: unknown } {
    return { ...this.#file, all_rules: Object.fromEntries(this.#rules) };
  }

  /** The rules as a prompt tells them, one a line. */
  toString(): string {
    const lines = this.rules.map(({ id, type, rule, example }) => {
      return `${id} (type=${type}): ${oneLine(rule)}${example ? ` For example, ${oneLine(example)}` : ""}\n`;
    });
    return `Currently found rules:\n${lines.join("")}`;
  }

  #rule(id: string): Rule {
    return { ...this.#rules.get(id)!, id };
  }

  #all(): Rule[] {
    return [...this.#rules.keys()].map((id) => this.#rule(id));
  }

  #set(id: string, fields: RuleFields, call: RuleCall, author: Author): void {
    const before = this.#rules.has(id) ? [this.#rule(id)] : [];
    this.#rules.set(id, Object.freeze(fields));
    this.#record({ ...author, call, before, after: [this.#rule(id)] });
  }

  #record(change: Omit<RuleChange, "sequence">): void {
    this.#history.push(Object.freeze({ sequence: this.#history.length, ...change }));
  }
}

const missing = (id: string): string => `There is no rule ${JSON.stringify(id.slice(0, 80))}.`;

/** Without the fields that are not there. */
const given = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
