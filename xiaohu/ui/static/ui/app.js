/* Comfort only: every page works without this file. */
"use strict";

const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();

/* Count down to the moment another code may be asked for. */
for (const note of document.querySelectorAll("[data-again-in]")) {
  const button = document.getElementById(note.dataset.button);
  let left = Number(note.dataset.againIn);
  const words = note.textContent;
  const tick = () => {
    note.textContent = left > 0 ? words.replace(/\d+/, String(left)) : "";
    if (button) button.disabled = left > 0;
    if (left-- > 0) setTimeout(tick, 1000);
  };
  tick();
}

/* A second press of the same button while the first is on its way does nothing. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});
