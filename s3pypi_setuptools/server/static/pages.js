"use strict";
// Copy buttons appear where the browser can copy.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }
}
// The list of projects follows what is typed; without this, the form sends the search.
const field = document.getElementById("q");
let timer, asked = 0;
if (document.querySelector("table.projects")) {
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const number = ++asked;
      const address = new URL(field.form.action);
      if (field.value) address.searchParams.set("q", field.value);
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok || number !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
      document.title = page.title;
      history.replaceState(null, "", address);
    }, 150);
  });
}
