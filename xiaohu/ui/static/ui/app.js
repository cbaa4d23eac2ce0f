/* Comfort only: every page works without this file. */
"use strict";

const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();

/* Back to a form that was answered at once opens it anew: what was sent is never kept to send again. */
history.replaceState(history.state, "", location.href);

/* Count down to the moment another code may be asked for. */
for (const note of document.querySelectorAll("[data-again-in]")) {
  let left = Number(note.dataset.againIn);
  const words = note.textContent;
  const tick = () => {
    note.textContent = left > 0 ? words.replace(/\d+/, String(left)) : "";
    if (left-- > 0) setTimeout(tick, 1000);
  };
  tick();
}

/* A table wider than its place shows an edge on the side where more of it is. */
for (const area of document.querySelectorAll(".scroll")) {
  const mark = () => {
    area.toggleAttribute("data-before", area.scrollLeft > 1);
    area.toggleAttribute("data-behind", area.scrollWidth - area.clientWidth - area.scrollLeft > 1);
  };
  area.addEventListener("scroll", mark, { passive: true });
  addEventListener("resize", mark);
  mark();
}

/* A second press of the same button while the first is on its way does nothing. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  const enter = event.submitter?.matches(".hidden-text"); /* Enter presses the button people see. */
  const pressed = enter ? form.querySelector("[data-busy]") : event.submitter;
  if (pressed && pressed.dataset.busy) pressed.textContent = pressed.dataset.busy;
  setTimeout(() => delete form.dataset.sent, 4000);
});

/* Another language or size takes along what was typed in other forms of the page as well. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!event.submitter?.closest(".toolbar nav")) return;
  for (const old of form.querySelectorAll("[data-taken]")) old.remove();
  for (const other of document.querySelectorAll("main form")) {
    if (other === form) continue;
    for (const [name, value] of new FormData(other)) {
      const secret = other.elements.namedItem(name)?.type === "password";
      if (typeof value !== "string" || name === "csrfmiddlewaretoken" || secret) continue;
      if (form.elements.namedItem(name)) continue;
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      field.dataset.taken = "";
      form.append(field);
    }
  }
}, true);

/* Warn before a silent session ends; one button keeps it. The server decides, this only tells. */
const stay = document.getElementById("stay");
if (stay) {
  const [words, over] = stay.querySelectorAll("p");
  const [button, back] = stay.querySelectorAll(".button");
  const pattern = words.textContent;
  const warnAfter = Number(stay.dataset.warnAfter);
  const outAfter = Number(stay.dataset.outAfter);
  let since = Date.now();
  const silent = () => (Date.now() - since) / 1000;
  const end = () => {
    words.hidden = button.hidden = true;
    over.hidden = back.hidden = false;
    if (!stay.open) stay.showModal();
    back.focus();
  };
  setInterval(() => {
    if (silent() >= outAfter) return end();
    if (silent() < warnAfter) return;
    const left = String(Math.max(1, Math.ceil((outAfter - silent()) / 60)));
    const said = pattern.replace("·", left);
    if (words.textContent !== said) words.textContent = said;
    if (!stay.open) stay.showModal();
  }, 1000);
  stay.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.target;
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (!answer || !answer.ok) return end();
    since = Date.now();
    stay.close();
  });
  document.addEventListener("htmx:afterRequest", () => { since = Date.now(); });
}

/* Copy a reference; the button says that it did. */
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
  });
}

/* Read a part of the page aloud, and stop at the second press. */
for (const button of document.querySelectorAll("[data-read-aloud]")) {
  if (!("speechSynthesis" in window)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const voice = window.speechSynthesis;
    const speaking = voice.speaking;
    voice.cancel();
    button.setAttribute("aria-pressed", String(!speaking));
    if (speaking) return;
    const said = new SpeechSynthesisUtterance(document.getElementById(button.dataset.readAloud).innerText);
    said.lang = document.documentElement.lang;
    said.onend = () => button.setAttribute("aria-pressed", "false");
    voice.speak(said);
  });
}

/* Show how far an upload is; without this file the browser shows it in its own way. */
for (const form of document.querySelectorAll("form[data-upload]")) {
  const place = form.querySelector(".progress");
  form.addEventListener("submit", (event) => {
    if (!place || form.dataset.sent || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    const bar = place.querySelector("progress");
    const text = place.querySelector("[role=status]");
    const say = (percent) => { text.textContent = text.dataset.words.replace("·", String(percent)); };
    const body = new FormData(form);
    if (event.submitter && event.submitter.name) body.append(event.submitter.name, event.submitter.value);
    place.hidden = false;
    say(0);
    request.upload.addEventListener("progress", (sent) => {
      const percent = Math.floor((100 * sent.loaded) / sent.total);
      bar.value = percent;
      say(percent);
    });
    request.addEventListener("load", () => {
      if (request.status < 400) return location.assign(request.responseURL);
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      document.title = page.title;
      document.querySelector("main").replaceWith(page.querySelector("main"));
      document.querySelector("[data-error-summary]")?.focus();
    });
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action || location.href);
    request.send(body);
  });
}

/* Print the page; without this file the browser's own menu does. */
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
