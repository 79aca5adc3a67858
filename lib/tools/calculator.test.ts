import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calculatorTool } from "./calculator.ts";
import { evaluateExpression } from "./expression.ts";
import { expressionIn } from "./expression-text.ts";
import { call, testModel } from "./test-server.ts";
import { ToolFailure } from "./tool.ts";

describe("the calculator", () => {
  it.each([
    ["2 + 3 * 4", "14"],
    ["2^3^2", "512"],
    ["-2^2", "-4"],
    ["0.1 + 0.2", "0.3"],
    ["25^0.24", "2.16523780911245"],
    ["10 mod 3", "1"],
    ["10 % 3", "1"],
    ["5!", "120"],
    ["sqrt(2) * sqrt(2)", "2"],
    ["ln(e)", "1"],
    ["round(2.567, 2)", "2.57"],
    ["max(1, 7, 3)", "7"],
    ["470e6 - 450e6", "20000000"],
    ['days("1993-06-11", "1998-07-24")', "1869"],
    ['round(years("1993-06-11", "1998-07-24"), 3)', "5.117"],
  ])("evaluates %s", async (expression, value) => {
    expect(await evaluateExpression(expression)).toBe(value);
  });

  it.each([
    ["process.exit()", "not_allowed"],
    ["import('fs')", "not_allowed"],
    ["evaluate('1 + 1')", "not_allowed"],
    ["cos.constructor('return process')()", "not_an_expression"],
    ["cos.constructor", "not_allowed"],
    ["f(x) = x; f(1)", "not_allowed"],
    ["a = 3", "not_allowed"],
    ["1:1e12", "not_allowed"],
    ["zeros(100000, 100000)", "not_allowed"],
    ["[1, 2][1]", "not_allowed"],
    ['{"a": 1}.a', "not_allowed"],
    ["2 +", "not_an_expression"],
    ["sqrt", "not_an_expression"],
    ["1 / 0", "not_finite"],
    ["sqrt(-1)", "not_finite"],
    ["1000!", "not_finite"],
    ["1e999", "not_finite"],
    ["9".repeat(2000), "too_long"],
    ["1" + "+1".repeat(400), "too_long"],
    ['days("2023-02-30", "2024-01-01")', "not_an_expression"],
  ])("refuses %s: %s", async (expression, reason) => {
    await expect(evaluateExpression(expression)).rejects.toMatchObject({ reason });
  });

  it("gives a value or a named failure for any text", async () => {
    const source = fc.array(fc.constantFrom("1", "2.5", "+", "-", "*", "/", "^", "(", ")", "sqrt", "!", "pi", " ", ",", '"', "[", "=", ";", ".")); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(source, async (tokens) => {
        try {
          expect(Number.isFinite(Number(await evaluateExpression(tokens.join(""))))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ToolFailure);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["Calculate the value of 25^0.24.", "2.16523780911245"],
    ["Calculate 1,998 - 1,946", "52"],
    ["What is (3 + 4) * 2?", "14"],
    ["Calculate the difference between 470 million years and 450 million years.", "20000000"],
    ["Calculate 12 times 4 plus 2", "50"],
    ["Calculate 15% of 80", "12"],
    ["Calculate 1912 divided by 2.", "956"],
    ["How many days are between 2024-02-28 and 2024-03-01?", "2"],
    ["Calculate sqrt(16) + 1", "5"],
  ])("reads %s", async (task, value) => {
    expect(await calculatorTool().run(call(task))).toEqual({ kind: "answer", text: value });
  });

  it("does not take a date for a subtraction", () => {
    expect(expressionIn("What happened on 2024-05-01?")).toBeNull();
  });

  it("asks a model where the task states no expression, once more after an error, and then gives up", async () => {
    const task = call("How old was she when she won?", "born 1946, won 1998");
    const good = testModel("I think it is 52", { expression: "1998 - 1946" });
    expect(await calculatorTool({ model: good.model }).run(task)).toEqual({ kind: "answer", text: "52" });
    expect(good.prompts[1]).toContain("no JSON object in: I think it is 52");
    const bad = testModel("no", '{"expression": 3}');
    expect(await calculatorTool({ model: bad.model }).run(task)).toMatchObject({ kind: "failure", reason: "bad_arguments" }); // prettier-ignore
    expect(await calculatorTool().run(task)).toMatchObject({ kind: "failure", reason: "not_an_expression" });
  });
});
