// The sentence editor works without this: it hides what only a page without scripts needs, and keeps what is being typed.
"use strict";

document.documentElement.classList.add("scripted");

let typing = 0;

document.addEventListener("input", (event) => {
  if (event.target.closest("#rule-editor") && event.target.matches("input[type=text]")) typing += 1;
});

// Answers that come late do not overwrite what was typed since they were asked for; the next change asks again.
document.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.requestConfig.typed = typing;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "rule-editor" && event.detail.requestConfig.typed !== typing) {
    event.detail.shouldSwap = false;
  }
});
