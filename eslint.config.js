import path from "node:path";
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/** Which folders of lib/ each folder may import: the direction of the whole project. */
const below = ["base", "trajectory"];
const actors = [...below, "environments", "tools", "llm"];
const makers = [...actors, "agents"];
const learners = [...below, "llm", "labels"];
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

/** An import of another folder of lib/ goes in the direction above, and to that folder's public face only. */
const layers = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const library = path.join(context.cwd, "lib");
    const folderOf = (file) => path.relative(library, file).split(path.sep);
    const [own, ...inside] = folderOf(context.filename);
    if (own === ".." || inside.length === 0) return {};
    const check = (node) => {
      const specifier = node.source?.value;
      if (typeof specifier !== "string" || !specifier.startsWith(".")) return;
      const [other, ...rest] = folderOf(path.resolve(path.dirname(context.filename), specifier));
      if (other === own || other === "..") return;
      const allowed = mayImport[own];
      if (allowed !== undefined && !allowed.includes(other)) {
        context.report({
          node,
          message: `lib/${own} may not import lib/${other}: imports point one way (README, Layout).`,
        });
      } else if (rest.join("/") !== "index.ts") {
        context.report({ node, message: `Import lib/${other}/index.ts, its public face, not ${rest.join("/")}.` });
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
    ignores: ["node_modules", ".venv", ".native", ".setup", "data", "experiments", "notebooks", "coverage"],
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
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  { files: ["lib/workbench/**"], rules: { "no-console": "off" } },
  {
    // Plain JavaScript runs where no types exist (before set-up, in the kernel): tsc checks it, these rules cannot.
    files: ["**/*.js", "**/*.mjs", "**/*.cjs"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      parserOptions: { projectService: false, project: null },
      globals: {
        console: "readonly",
        process: "readonly",
        Buffer: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
        setImmediate: "readonly",
        require: "readonly",
        module: "readonly",
        __dirname: "readonly",
        __filename: "readonly",
      },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  prettier,
);
