"use strict";

// What the server cannot answer is said where it would have answered: what is typed stays in the page.
const sayNotKept = (place) => {
  const sentence = document.createElement("p");
  sentence.className = "fr-message fr-message--warning";
  sentence.textContent = "L’enregistrement automatique ne répond pas\u00a0: ce que vous écrivez reste dans cette page, envoyez-la avant de la fermer.";
  place.querySelector("[data-not-kept]")?.remove();
  sentence.dataset.notKept = "";
  place.append(sentence);
};

document.addEventListener("htmx:responseError", (event) => sayNotKept(event.detail.target));
document.addEventListener("htmx:sendError", (event) => sayNotKept(event.detail.target));

// A session that has ended leads to the log-in page: it must not be shown in the middle of the form.
document.addEventListener("htmx:beforeSwap", (event) => {
  const asked = new URL(event.detail.pathInfo.finalRequestPath, location.href).pathname;
  if (new URL(event.detail.xhr.responseURL).pathname === asked) return;
  event.detail.shouldSwap = false;
  sayNotKept(event.detail.target);
});
