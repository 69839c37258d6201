// The sentence editor works without this: it hides what only a page without scripts needs, and keeps what was entered since.
"use strict";

document.documentElement.classList.add("scripted");

let entered = 0;

document.addEventListener("input", (event) => {
  if (event.target.closest("#rule-editor")) entered += 1;
});

// Answers that come late do not overwrite what was typed or chosen since they were asked for; that change asks again.
document.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.requestConfig.entered = entered;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "rule-editor" && event.detail.requestConfig.entered !== entered) {
    event.detail.shouldSwap = false;
  }
});
