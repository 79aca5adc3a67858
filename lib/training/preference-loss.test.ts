import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { readJson, testDataFolder } from "../base/index.ts";
import { selectEngine, tf } from "../model/index.ts";
import { preferenceFigures, type PreferenceLoss } from "./preference-loss.ts";

interface Case {
  policy_chosen_logp_sum: number;
  policy_rejected_logp_sum: number;
  ref_chosen_logp_sum: number;
  ref_rejected_logp_sum: number;
  n_chosen_tokens: number;
  beta: number;
  alpha: number;
  dpo: number;
  "rpo_paper(dpo + alpha*nll/|y|)": number;
  "rpo_repo_as_coded(dpo - sum_logp - mean_logp)": number;
  chosen_reward: number;
  rejected_reward: number;
  margin: number;
}

it("KnowSelf's losses have the published values, as in the paper and as coded", (context) => {
  const file = path.join(testDataFolder() ?? "", "knowself", "vectors.json");
  if (!fs.existsSync(file)) context.skip("knowself is not in the data folder");
  selectEngine("auto");
  const { rpo_loss: cases } = readJson<{ vectors: { rpo_loss: Case[] } }>(file).vectors;
  expect(cases.length).toBe(3);
  for (const given of cases) {
    const values = {
      chosen: tf.tensor1d([given.policy_chosen_logp_sum]),
      rejected: tf.tensor1d([given.policy_rejected_logp_sum]),
      referenceChosen: tf.tensor1d([given.ref_chosen_logp_sum]),
      referenceRejected: tf.tensor1d([given.ref_rejected_logp_sum]),
      chosenTokens: tf.tensor1d([given.n_chosen_tokens]),
    };
    const figures = (loss: PreferenceLoss): number[] =>
      preferenceFigures(values, { loss, beta: given.beta, alpha: given.alpha }, tf.scalar(1), tf.scalar(1)).map(
        (figure) => figure.dataSync()[0],
      );
    expect(figures("dpo")[0]).toBeCloseTo(given.dpo, 6);
    expect(figures("rpo_paper")[0]).toBeCloseTo(given["rpo_paper(dpo + alpha*nll/|y|)"], 6);
    expect(figures("rpo_code")[0]).toBeCloseTo(given["rpo_repo_as_coded(dpo - sum_logp - mean_logp)"], 5);
    const [, chosen, rejected, , margin] = figures("dpo");
    expect([chosen, rejected, margin]).toEqual([given.chosen_reward, given.rejected_reward, given.margin]);
  }
});
