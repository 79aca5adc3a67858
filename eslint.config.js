import path from "node:path";
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/** Which folders of lib/ each folder may import: the direction of the whole project. Who is not named may import all. */
const below = ["base", "trajectory"];
const actors = [...below, "environments", "tools", "llm"];
const makers = [...actors, "agents"];
const learners = [...below, "llm", "labels"];
/** @type {Record<string, readonly string[]>} */
const mayImport = {
  base: [],
  trajectory: ["base"],
  environments: below,
  tools: below,
  llm: below,
  agents: actors,
  synthesis: makers,
  knowledge: makers,
  labels: makers,
  model: learners,
  training: [...learners, "model"],
  evaluation: [...makers, "synthesis", "knowledge", "labels", "model", "training"],
  plots: [...below, "labels", "evaluation"],
};

/**
 * An import of another folder of lib/ goes to that folder's public face, and (but for tests) in the direction above.
 * Benchmarks are no part of a public face; the command that runs them reaches for their files.
 * @type {import("eslint").Rule.RuleModule}
 */
const layers = {
  meta: { type: "problem", schema: [] },
  create(context) {
    /** @param {string} file @returns {string[]} its path below lib/ */
    const belowLibrary = (file) => path.relative(path.join(context.cwd, "lib"), file).split(path.sep);
    const [own = "", ...inside] = belowLibrary(context.filename);
    if (own === ".." || inside.length === 0) return {};
    const allowed = /\.(test|bench)\.ts$/.test(context.filename) ? undefined : mayImport[own];
    /** @param {any} node an import or export that may have a source */
    const check = (node) => {
      const specifier = node.source?.value;
      if (typeof specifier !== "string" || !specifier.startsWith(".")) return;
      const [other = "", ...rest] = belowLibrary(path.resolve(path.dirname(context.filename), specifier));
      if (other === own || other === "..") return;
      if (allowed !== undefined && !allowed.includes(other)) {
        context.report({ node, message: `lib/${own} may not import lib/${other}: imports point one way.` });
      } else if (rest.join("/") !== "index.ts" && !specifier.endsWith(".bench.ts")) {
        context.report({
          node,
          message: `Import the public face of lib/${other}, its index.ts, not ${rest.join("/")}.`,
        });
      }
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

export default tseslint.config(
  {
    ignores: ["node_modules", ".venv*", ".native", ".setup", "data", "experiments", "notebooks", "coverage"],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { waymark: { rules: { layers } } },
    rules: {
      "waymark/layers": "error",
      "max-lines": ["error", 300],
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      // TypeScript 5.0, which the notebook kernel uses, needs assertions that TypeScript 5.9 does not.
      "@typescript-eslint/no-unnecessary-type-assertion": "off",
      // Our interfaces have methods that do not use `this`.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  { files: ["lib/workbench/**"], rules: { "no-console": "off" } },
  {
    // In plain JavaScript tsc knows which names exist, and JSON stays untyped.
    files: ["**/*.js", "**/*.mjs", "**/*.cjs"],
    rules: {
      "no-undef": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
  {
    // Kernel and configuration are plain JavaScript around packages without types.
    files: ["**/*.js", "**/*.cjs"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      parserOptions: { projectService: false, project: null },
    },
    rules: {
      "@typescript-eslint/no-require-imports": "off",
      "@typescript-eslint/ban-ts-comment": "off",
    },
  },
  prettier,
);
