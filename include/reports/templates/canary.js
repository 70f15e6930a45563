"use strict";
// The grid of a canary's page: filters, hints, charts and keys. Every text is set as text, never as markup.
(() => {
  const read = id => JSON.parse(document.getElementById(id).textContent);
  const grid = document.getElementById("grid");
  if (!grid) return;
  const tiles = [...grid.querySelectorAll("button")];
  const place = new Map(tiles.map((tile, at) => [tile, at]));
  const names = tiles.map(tile => tile.dataset.n.toLowerCase());
  const states = tiles.map(tile => tile.classList[0]);
  const groups = tiles.map(tile => tile.dataset.g);
  const numbers = read("numbers");
  let series;                                   // decoded when the first chart is drawn
  grid.classList.remove("plain");
  tiles.forEach((tile, at) => { tile.tabIndex = at ? -1 : 0; });

  function sides(at) {
    if (series === undefined) {
      series = read("series");
      if (series) series.bytes = Uint8Array.from(atob(series.data), letter => letter.charCodeAt(0));
    }
    if (!series || series.low[at] === null) return null;
    const n = series.points, low = series.low[at], span = (series.high[at] - low) || 1;
    const side = number => Array.from(series.bytes.subarray((2 * at + number) * n, (2 * at + number + 1) * n),
      step => step === 255 ? null : low + span * step / 254);
    return { canary: side(0), baseline: side(1), low, high: series.high[at], since: series.since, step: series.step };
  }

  // --- filters ---
  const form = document.getElementById("filters"), name = document.getElementById("name");
  const group = document.getElementById("group"), shown = document.getElementById("shown");
  form.hidden = false;
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("input", filter);
  function filter() {
    const words = name.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set([...form.querySelectorAll("[name=state]:checked")].map(box => box.value));
    let count = 0;
    tiles.forEach((tile, at) => {
      const on = wanted.has(states[at]) && (!group.value || groups[at] === group.value)
        && words.every(word => names[at].includes(word));
      tile.classList.toggle("off", !on);
      count += on;
    });
    shown.textContent = `${count.toLocaleString("en")} of ${tiles.length.toLocaleString("en")}`;
    if (tiles.every(tile => tile.tabIndex || tile.classList.contains("off"))) reach(visible()[0]);
  }
  const visible = () => tiles.filter(tile => !tile.classList.contains("off"));
  const reach = tile => { if (tile) { tiles.forEach(other => { other.tabIndex = -1; }); tile.tabIndex = 0; } };

  // --- hints ---
  const hint = document.getElementById("hint"), brush = hint.querySelector("canvas");
  let pointer = "mouse";
  grid.addEventListener("pointerover", event => { pointer = event.pointerType; if (pointer === "mouse") tell(event.target); });
  grid.addEventListener("focusin", event => { if (event.target.matches(":focus-visible")) tell(event.target); });
  grid.addEventListener("pointerleave", hide);
  grid.addEventListener("focusout", hide);
  addEventListener("scroll", hide, { passive: true });
  function hide() { hint.hidden = true; }
  function tell(target) {
    const tile = target.closest("button");
    if (!tile) return hide();
    hint.firstElementChild.textContent = tile.getAttribute("aria-label");
    hint.hidden = false;
    spark(sides(place.get(tile)));
    const box = tile.getBoundingClientRect(), size = hint.getBoundingClientRect();
    hint.style.left = `${Math.max(4, Math.min(box.left, innerWidth - size.width - 4))}px`;
    hint.style.top = `${box.bottom + size.height + 8 < innerHeight ? box.bottom + 6 : Math.max(4, box.top - size.height - 6)}px`;
  }
  function spark(found) {
    brush.hidden = !found;
    if (!found) return;
    const pen = brush.getContext("2d"), { width, height } = brush, colour = getComputedStyle(grid);
    pen.clearRect(0, 0, width, height);
    const y = value => height - 3 - (height - 6) * (found.high > found.low ? (value - found.low) / (found.high - found.low) : .5);
    for (const [side, tint, thick] of [["baseline", "--hue-cold", 1], ["canary", "--hue-hot", 2]]) {
      pen.beginPath();
      pen.strokeStyle = `hsl(${colour.getPropertyValue(tint)})`;
      pen.lineWidth = thick;
      let draws = false;
      found[side].forEach((value, at) => {
        if (value === null) { draws = false; return; }
        const x = width * at / Math.max(1, found[side].length - 1);
        if (draws) pen.lineTo(x, y(value)); else pen.moveTo(x, y(value));
        draws = true;
      });
      pen.stroke();
    }
  }

  // --- charts ---
  const dialog = document.getElementById("chart"), box = document.getElementById("chart-box");
  const NS = "http://www.w3.org/2000/svg", W = 860, H = 320, LEFT = 64, FOOT = 24, TOP = 10;
  grid.addEventListener("click", event => { const tile = event.target.closest("button"); if (tile) open(tile); });
  function open(tile) {
    const at = place.get(tile), found = sides(at);
    const [canary, baseline, ratio, low, high] = numbers[at];
    document.getElementById("chart-name").textContent = tile.dataset.n;
    document.getElementById("chart-said").textContent = tile.getAttribute("aria-label");
    document.getElementById("chart-note").textContent = [
      found ? "Solid: the canary. Dashed: the baseline." : "Its series is not kept.",
      low !== null && high !== null ? `The canary is ${fit(ratio)} × the baseline, and between ${fit(low)} and ${fit(high)} × with 95 %: the band.` : "",
      canary !== null && baseline !== null ? `Means: ${fit(canary)} against ${fit(baseline)}.` : ""].join(" ");
    box.replaceChildren(...(found ? [draw(found, baseline, low, high)] : []));
    hide();
    dialog.showModal();
  }
  dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
  const fit = value => value === null ? "–" : Number(value.toPrecision(4)).toLocaleString("en", { maximumSignificantDigits: 4 });
  function draw(found, mean, low, high) {
    const banded = mean !== null && low !== null && high !== null;
    const edges = [found.low, found.high, ...(banded ? [mean * low, mean * high] : [])].filter(value => Math.abs(value) <= 10 * (Math.abs(found.high) || 1));
    const from = Math.min(...edges), to = Math.max(...edges), span = (to - from) || 1;
    const x = at => LEFT + (W - LEFT - 8) * at / Math.max(1, found.canary.length - 1);
    const y = value => TOP + (H - FOOT - TOP) * (1 - (Math.min(to, Math.max(from, value)) - from) / span);
    const svg = make("svg", { viewBox: `0 0 ${W} ${H}`, role: "img" });
    if (banded) svg.append(make("rect", { class: "band", x: LEFT, width: W - LEFT - 8, y: y(mean * high), height: Math.max(2, y(mean * low) - y(mean * high)) }));
    for (let step = 0; step <= 4; step++) {
      const value = from + span * step / 4;
      svg.append(make("line", { x1: LEFT, x2: W - 8, y1: y(value), y2: y(value) }), make("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, fit(value)));
    }
    const last = found.canary.length - 1, clock = at => new Date(1000 * (found.since + at * found.step)).toISOString().slice(11, 19);
    for (const [at, anchor] of [[0, "start"], [Math.round(last / 2), "middle"], [last, "end"]])
      svg.append(make("text", { x: x(at), y: H - 6, "text-anchor": anchor }, `${clock(at)}${at === last ? " UTC" : ""}`));
    for (const side of ["baseline", "canary"]) svg.append(make("path", { class: side[0], d: line(found[side], x, y) }));
    return svg;
  }
  function line(values, x, y) {
    let draws = false;
    return values.map((value, at) => {
      if (value === null) { draws = false; return ""; }
      const said = `${draws ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}${draws ? "" : "h.1"}`;
      draws = true;
      return said;
    }).join("");
  }
  function make(kind, attributes, text) {
    const node = document.createElementNS(NS, kind);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    if (text !== undefined) node.textContent = text;
    return node;
  }

  // --- keys ---
  grid.addEventListener("keydown", event => {
    const from = event.target.closest("button"), seen = visible(), at = seen.indexOf(from);
    const next = { ArrowRight: () => seen[at + 1], ArrowLeft: () => seen[at - 1], Home: () => seen[0], End: () => seen[seen.length - 1],
      ArrowDown: () => beside(from, seen.slice(at + 1)), ArrowUp: () => beside(from, seen.slice(0, at).reverse()) }[event.key];
    if (!next) return;
    event.preventDefault();
    const to = next();
    if (to) { reach(to); to.focus(); to.scrollIntoView({ block: "nearest" }); }
  });
  // The tile of the next row that lies nearest to the same column.
  function beside(from, others) {
    const box = from.getBoundingClientRect(), middle = box.left + box.width / 2;
    let row, best, nearest = Infinity;
    for (const tile of others) {
      const other = tile.getBoundingClientRect();
      if (Math.abs(other.top - box.top) < 4) continue;
      if (row === undefined) row = other.top;
      if (Math.abs(other.top - row) > 12) break;
      const away = Math.abs(other.left + other.width / 2 - middle);
      if (away < nearest) { nearest = away; best = tile; }
    }
    return best;
  }
  addEventListener("keydown", event => {
    if (event.key !== "/" || event.target.matches("input, select") || dialog.open) return;
    event.preventDefault();
    name.focus();
  });
  filter();
})();
