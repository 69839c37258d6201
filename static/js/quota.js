// Sliders beside number fields: the field is what counts and what is sent, the slider only moves it.
"use strict";

function pairSliders() {
  document.querySelectorAll("input[type=range][data-for]").forEach((slider) => {
    const field = document.getElementById(slider.dataset.for);
    if (!field) return;
    const follow = () => { slider.value = field.value === "" ? slider.min : field.value; };
    follow();
    slider.hidden = false;
    slider.addEventListener("input", () => { field.value = slider.value; });
    field.addEventListener("input", follow);
  });
}

document.addEventListener("DOMContentLoaded", pairSliders);
