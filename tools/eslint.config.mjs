// How the page's side of the widgets is checked: npx eslint --config tools/eslint.config.mjs FILE

const page = [
  "Blob", "MutationObserver", "ResizeObserver", "URL", "atob", "clearInterval", "clearTimeout",
  "devicePixelRatio", "document", "getComputedStyle", "setInterval", "setTimeout", "window",
];
const rules = [
  "array-callback-return", "curly", "default-param-last", "eqeqeq", "no-cond-assign", "no-dupe-keys",
  "no-eval", "no-fallthrough", "no-implicit-globals", "no-redeclare", "no-self-assign",
  "no-shadow-restricted-names", "no-undef", "no-unreachable", "no-unsafe-finally", "no-unused-vars",
  "no-use-before-define", "no-var", "prefer-const", "use-isnan", "valid-typeof",
];
const options = {
  curly: ["error", "multi-line"],
  "no-use-before-define": ["error", { functions: false, variables: false }],
};

export default [{
  languageOptions: { globals: Object.fromEntries(page.map((name) => [name, "readonly"])) },
  rules: { ...Object.fromEntries(rules.map((name) => [name, "error"])), ...options },
}];
