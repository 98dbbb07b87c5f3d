"use strict";

// A page that comes back with errors opens on their summary.
const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();

// A double click must not send a form twice; coming back to the page opens it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A file that the portal would refuse for its size is refused before it is sent.
document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type !== "file" || !input.dataset.maxBytes) return;
  const limit = Number(input.dataset.maxBytes);
  const heavy = [...input.files].find((file) => file.size > limit);
  input.parentElement.querySelector("[data-too-heavy]")?.remove();
  if (!heavy) return;
  const sentence = document.createElement("p");
  sentence.className = "fr-message fr-message--error";
  sentence.dataset.tooHeavy = "";
  sentence.setAttribute("role", "alert");
  const megabytes = (heavy.size / 1048576).toLocaleString("fr-FR", { maximumFractionDigits: 1 });
  sentence.textContent = `«\u00a0${heavy.name}\u00a0» pèse ${megabytes}\u00a0Mo\u00a0: le portail accepte ${limit / 1048576}\u00a0Mo au plus.`;
  input.after(sentence);
  input.value = "";
});

// Files dropped anywhere in their frame go to its field, which takes them by a click too.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const over = (event) => {
    event.preventDefault();
    zone.classList.toggle("portal-drop--over", event.type === "dragover");
  };
  for (const type of ["dragover", "dragleave"]) zone.addEventListener(type, over);
  zone.addEventListener("drop", (event) => {
    over(event);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// Lines of a form: the button clones the empty line that the server drew.
for (const lines of document.querySelectorAll("[data-formset]")) {
  const total = lines.querySelector(`[name="${lines.dataset.formset}-TOTAL_FORMS"]`);
  const maximum = Number(lines.querySelector(`[name="${lines.dataset.formset}-MAX_NUM_FORMS"]`).value);
  const empty = lines.querySelector("[data-empty-line]").innerHTML;
  const button = lines.querySelector("[data-add-line]");
  const refresh = () => { button.hidden = Number(total.value) >= maximum; };
  refresh();
  button.addEventListener("click", () => {
    const place = lines.querySelector("[data-lines]");
    place.insertAdjacentHTML("beforeend", empty.replaceAll("__prefix__", total.value));
    total.value = Number(total.value) + 1;
    const line = place.lastElementChild;
    line.querySelector("[data-rank]").textContent = total.value;
    line.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    refresh();
  });
}

// A page that shows a work under way opens itself again until it is done.
const underWay = document.querySelector("[data-reload]");
if (underWay) setTimeout(() => location.reload(), Number(underWay.dataset.reload));

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Paper is white: a dark page is printed light.
const root = document.documentElement;
window.addEventListener("beforeprint", () => {
  root.dataset.themeOnScreen = root.getAttribute("data-fr-theme") || "";
  root.setAttribute("data-fr-theme", "light");
});
window.addEventListener("afterprint", () => {
  root.setAttribute("data-fr-theme", root.dataset.themeOnScreen);
});
