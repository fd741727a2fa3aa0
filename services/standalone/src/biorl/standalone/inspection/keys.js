// Keys for what the page can do without them: an element with data-key="j" is clicked, or entered, by the key j.
// Comes before the page's body, so that a key pressed as soon as a question shows is never lost.
"use strict";

let toggle = null; // until the page is whole
const whole = new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));

function again(event) {
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", event));
}

function typing(element) {
  return element.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
}

function enter(element) {
  if (element.hash === "#reject") location.hash = "reject"; // shows the form
  const field = element.hash === "#reject" ? document.querySelector("#reject input[type=radio]") : element;
  field.focus();
}

function digit(key) {
  const choice = document.querySelector(`#reject input[data-digit="${key}"]`);
  if (!choice || !document.activeElement.closest("#reject")) return false;
  choice.checked = true;
  choice.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (!toggle) return whole.then(() => again(event));
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !toggle.checked) return;
  if (event.key === "Escape") {
    document.activeElement.blur();
    if (location.hash === "#reject") location.hash = "question";
  }
  if (typing(event.target)) return;
  if (/^[0-9]$/.test(event.key) && digit(event.key)) return event.preventDefault();
  const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!element) return;
  event.preventDefault();
  if (element.matches("input, [href='#reject']")) enter(element);
  else element.click();
});

whole.then(() => {
  toggle = document.getElementById("keys");
  toggle.checked = localStorage.getItem("keys") !== "off";
  toggle.addEventListener("change", () => localStorage.setItem("keys", toggle.checked ? "on" : "off"));
  document.querySelector("[href='#reject']")?.addEventListener("click", (event) => {
    event.preventDefault();
    enter(event.currentTarget);
  });
  for (const mark of document.querySelectorAll("blockquote mark")) {
    mark.parentElement.scrollTop = mark.offsetTop - mark.parentElement.clientHeight / 3; // long paragraphs scroll by themselves
  }
  document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest" });
});
