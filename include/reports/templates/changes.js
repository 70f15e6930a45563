"use strict";
// The box that finds in a page of changes. Every text is read as text, and none is written as markup.
(() => {
  const form = document.getElementById("find"), box = document.getElementById("words");
  const shown = document.getElementById("shown");
  const rows = [...document.querySelectorAll(".found > li")];
  if (!rows.length) return;
  const folds = [...document.querySelectorAll("details.fold")];
  const before = new Map(folds.map(fold => [fold, fold.open]));
  let texts, due = 0;
  form.hidden = false;
  form.addEventListener("submit", event => event.preventDefault());
  box.addEventListener("input", () => { cancelAnimationFrame(due); due = requestAnimationFrame(find); });
  document.addEventListener("keydown", event => {
    if (event.key === "/" && event.target !== box) { event.preventDefault(); box.focus(); }
    if (event.key === "Escape" && event.target === box) { box.value = ""; find(); }
  });
  function find() {
    texts = texts || rows.map(row => row.textContent.toLowerCase());
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every(word => texts[at].includes(word));
      count += !row.hidden;
    });
    folds.forEach(fold => {
      const hits = fold.querySelectorAll(".found > li:not([hidden])").length;
      fold.hidden = words.length > 0 && hits === 0;
      fold.open = words.length > 0 ? hits > 0 && hits <= 300 : before.get(fold);
    });
    shown.textContent = words.length ? `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")}` : "";
  }
})();
