"use strict";
// Keeps the page fresh without a jump, says how old it is, and opens Airflow's own pages outside of the frame.
(() => {
  const EVERY = 10000, OLD = 30;
  const age = document.getElementById("age");
  let read = Number(age.dataset.read), said = age.textContent;
  setInterval(() => {
    const seconds = Math.max(0, Math.round(Date.now() / 1000 - read));
    age.textContent = `${said}, ${seconds} s ago`;
    age.classList.toggle("warn", seconds > OLD);
  }, 1000);
  async function refresh() {
    if (document.hidden || document.activeElement?.matches("input")) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const open = [...document.querySelectorAll("details")].map(one => one.open);
      document.getElementById("main").replaceWith(fresh.getElementById("main"));
      [...document.querySelectorAll("details")].forEach((one, at) => { one.open = Boolean(open[at]); });
      read = Number(fresh.getElementById("age").dataset.read);
      said = fresh.getElementById("age").textContent;
    } catch { /* the age says that it is old */ }
  }
  setInterval(refresh, EVERY);
  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-airflow]");
    if (!link || parent === window) return;
    event.preventDefault();
    const outside = parent.document.createElement("a");     // the frame may not change the page around it by itself
    outside.href = link.getAttribute("href");
    parent.document.body.append(outside);
    outside.click();
    outside.remove();
  });
})();
