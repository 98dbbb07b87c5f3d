// Read before the first paint, so that a dark page never flashes white.
(function () {
  let scheme = "system";
  try {
    scheme = localStorage.getItem("scheme") || scheme;
  } catch {
    // storage refused: the system's theme
  }
  const dark = scheme === "dark" || (scheme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-fr-scheme", scheme);
  document.documentElement.setAttribute("data-fr-theme", dark ? "dark" : "light");
})();
