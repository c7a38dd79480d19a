// What every page has: light and dark, print, and the command that is copied.
const byId = (id) => document.getElementById(id);
const onTheme = []; // what a page draws anew when its colours change

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const setTheme = (theme) => {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
  byId("theme").setAttribute("aria-pressed", String(theme === "dark"));
  onTheme.forEach((redo) => redo());
};
byId("theme").addEventListener("click", () =>
  setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
const followTheme = () => setTheme(dark.matches ? "dark" : "light");
dark.addEventListener("change", followTheme);
let beforePrint = "light";
window.addEventListener("beforeprint", () => {
  beforePrint = document.documentElement.dataset.theme;
  setTheme("light");
});
window.addEventListener("afterprint", () => setTheme(beforePrint));

const copyCommand = () => {
  // A page from disk may not write to the clipboard by the newer way.
  const range = document.createRange();
  range.selectNodeContents(byId("command"));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  byId("copy").textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl+C";
};
byId("copy").addEventListener("click", copyCommand);
