/* Comfort only: keys for what links and buttons do. Single keys can be switched off, and never act in a field. */
"use strict";

const keysOf = document.getElementById("keys");
const one = (selector) => document.querySelector(selector);
const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
const linkOf = (row) => row && row.querySelector("a");
const current = () => rows().find((row) => row.contains(document.activeElement));

one("[data-first]")?.focus();

const step = (by) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  for (const row of all) row.classList.toggle("here", row === next);
  linkOf(next).focus();
};

const take = () => {
  const row = current();
  const form = row && row.closest("form");
  if (!form) return one("[data-key=a], [data-take]")?.click();
  for (const box of form.querySelectorAll("[name=case]")) box.checked = row.contains(box);
  form.elements.to.value = keysOf.dataset.me;
  form.requestSubmit();
};

const decide = () => {
  const link = linkOf(current());
  if (link) location.assign(`${link.href}/decide`);
  else one("[data-key=e]")?.click();
};

const single = {
  "/": () => (one("input[data-search]") ? one("input[data-search]").focus() : location.assign(keysOf.dataset.search)),
  "?": () => keysOf.click(),
  j: () => step(1),
  k: () => step(-1),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  a: take,
  e: decide,
  r: () => one("[data-key=r]")?.click(),
  n: () => one("[data-key=n]")?.focus(),
};

/* Ctrl+K: everything this page can do, by its own words. */
const commands = () => {
  const box = one("#commands");
  if (box.open) return box.close();
  const list = box.querySelector("ul");
  const input = box.querySelector("input");
  const places = [...document.querySelectorAll("header nav a, main .actions .button, main .tabs a, [data-key]")];
  list.replaceChildren(
    ...places.filter((place) => place.textContent.trim() && place.getClientRects().length).map((place) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.className = "link-button";
      button.textContent = place.textContent.trim();
      button.addEventListener("click", () => { box.close(); place.click(); });
      item.append(button);
      return item;
    }),
  );
  const filter = () => {
    for (const item of list.children) item.hidden = !item.textContent.toLowerCase().includes(input.value.trim().toLowerCase());
  };
  input.value = "";
  input.oninput = filter;
  input.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    list.querySelector("li:not([hidden]) button")?.click();
  };
  filter();
  box.showModal();
  input.focus();
};

let went = 0;
document.addEventListener("keydown", (event) => {
  if (!keysOf) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return commands();
  }
  const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keysOf.dataset.single === "off") return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : "";
  if (key === "g") { went = Date.now(); return; }
  if (key === "q" && Date.now() - went < 1500) return location.assign(keysOf.dataset.queue);
  if (!single[key]) return;
  event.preventDefault();
  single[key]();
});
