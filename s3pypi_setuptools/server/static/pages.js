"use strict";
// Copy buttons appear where the browser can copy: over HTTPS, and on this machine.
for (const button of document.querySelectorAll("button.copy")) {
  const text = button.previousElementSibling, status = button.nextElementSibling;
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      status.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(text);
      status.textContent = "Selected: copy it with the keyboard";
    }
    setTimeout(() => { status.textContent = ""; }, 4000);
  });
}
// The list of projects follows what is typed; without this, the form sends the search.
const field = document.getElementById("q");
let timer, asking;
if (document.getElementById("results")) {
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 150);
  });
}
async function search() {
  asking?.abort();
  asking = new AbortController();
  const address = new URL(field.form.action);
  if (field.value.trim()) address.searchParams.set("q", field.value);
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: asking.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("results").replaceWith(page.getElementById("results"));
    document.getElementById("count").textContent = page.getElementById("count").textContent;
    document.title = page.title;
    history.replaceState(null, "", address);
  } catch (error) {
    if (error.name === "AbortError") return;
    document.getElementById("count").textContent = "The search failed; press Enter to try it again";
  }
}
