"use strict";

// Rows that a page may have before browsers run out of height, and that a printer is asked for.
const MOST_ROWS = 200000;
const MOST_PRINTED = 2000;
const AHEAD = 8; // rows drawn beyond each edge of the window

const source = document.getElementById("plan-data");
const data = JSON.parse(source.textContent);
const find = (id) => document.getElementById(id);
const number = (count) => count.toLocaleString("en-US");

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// ---------------------------------------------------------------- what there is

function read([effect, words, attributes, names]) {
  const group = { effect: data.effects[effect], attributes, names: names.split("\n") };
  data.words.forEach((word, place) => { group[word] = data.texts[words[place]]; });
  const told = [group.effect.label, ...data.words.map((word) => group[word])];
  group.told = told.join("\n").toLowerCase();
  return group;
}

// The names as one text, searched by the browser's own indexOf, with the place where each begins.
function index(group) {
  if (!group.starts) {
    group.lower = group.names.join("\n").toLowerCase();
    group.starts = new Int32Array(group.names.length);
    let at = 0;
    for (let row = 0; row < group.starts.length; row += 1) {
      group.starts[row] = at;
      at = group.lower.indexOf("\n", at) + 1;
    }
  }
  return group;
}

const groups = data.groups.map(read);

// ---------------------------------------------------------------- search

// Which names of a group hold every term: their rows, ascending. A term has no blank, so no hit spans two names.
function scan(group, terms) {
  const [longest, ...others] = [...terms].sort((one, other) => other.length - one.length);
  const { lower, starts } = index(group);
  const rows = [];
  let row = 0;
  let at = lower.indexOf(longest);
  while (at !== -1) {
    while (row + 1 < starts.length && starts[row + 1] <= at) row += 1;
    const end = row + 1 < starts.length ? starts[row + 1] : lower.length;
    const name = others.length ? lower.slice(starts[row], end) : "";
    if (others.every((term) => name.includes(term))) rows.push(row);
    at = end < lower.length ? lower.indexOf(longest, end) : -1;
  }
  return rows;
}

function placed(group, place) {
  const [sort, name] = [place.slice(0, place.indexOf(":")), place.slice(place.indexOf(":") + 1)];
  return !place || (sort === "school" ? group.school === name : group.from === name || group.to === name);
}

// What a group says itself holds for all its names; only what it does not say is looked for name by name.
function search({ text, effect, kind, place }) {
  const terms = text.toLowerCase().split(/\s+/).filter(Boolean);
  const runs = [];
  let total = 0;
  for (const group of groups) {
    if ((effect && group.effect.key !== effect) || (kind && group.kind !== kind) || !placed(group, place)) continue;
    const bare = terms.map((term) => (term.startsWith(`${group.kind}/`) ? term.slice(group.kind.length + 1) : term));
    const open = bare.filter((term) => !group.told.includes(term));
    const rows = open.length ? scan(group, open) : null;
    const count = rows ? rows.length : group.names.length;
    if (count) runs.push({ group, rows, start: total, count });
    total += count;
  }
  return { runs, total };
}

// The change that stands at one place of a result.
function nth({ runs }, place) {
  let [low, high] = [0, runs.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (runs[middle].start <= place) low = middle;
    else high = middle - 1;
  }
  const { group, rows, start } = runs[low];
  return { group, name: group.names[rows ? rows[place - start] : place - start] };
}

// ---------------------------------------------------------------- one change

function head(group, name) {
  const button = element("button", "head");
  button.type = "button";
  const symbol = element("span", `symbol ${group.effect.tone}`, group.effect.symbol);
  symbol.setAttribute("aria-hidden", "true");
  const names = element("span", "name");
  names.append(element("span", "id", name));
  if (group.title) names.append(element("span", "title", group.title));
  const says = element("span", "says");
  says.append(element("span", `word ${group.effect.tone}`, group.effect.label), element("span", "what", group.what || group.why));
  button.append(symbol, names, says, element("span", "school", group.school));
  return button;
}

function becomes(before, after) {
  return before && after !== "" ? `${before} → ${after}` : after || `${before} → not set`;
}

const ROUTES = { automatic: "by reconciler", task: "by a person, in the portal", unsupported: "not at all", record: "in our record only" };

function facts(group, name) {
  const texts = data.texts;
  return [
    ["Address", `${group.kind}/${name}`],
    ["What it is", group.noun],
    ["What happens", group.from ? `${group.effect.label}: ${group.what}` : group.effect.label],
    ...group.attributes.map(([label, before, after]) => [texts[label], becomes(texts[before], texts[after])]),
    ["Why", group.why],
    ["How", [ROUTES[group.route], group.reason].filter(Boolean).join(". ")],
    ["Waits for", group.waits],
    ["Asked for by", group.origin || (group.source ? "" : "no entry any more")],
    ["In the file", group.source],
  ].filter(([, value]) => value);
}

function detail(group, name) {
  const list = element("dl", "detail");
  for (const [label, value] of facts(group, name)) {
    const pair = element("div");
    pair.append(element("dt", "", label), element("dd", label === "In the file" || label === "Address" ? "code" : "", value));
    list.append(pair);
  }
  return list;
}

// ---------------------------------------------------------------- the list, of which only what is in the window exists

const list = find("list");
const view = { result: { runs: [], total: 0 }, shown: 0, drawn: new Map(), active: 0, open: -1, extra: 0, height: 0 };

const above = (row) => row * view.height + (view.open !== -1 && row > view.open ? view.extra : 0);

function measure() {
  const probe = element("div", "row");
  probe.append(element("button", "head", "x"));
  list.append(probe);
  view.height = probe.getBoundingClientRect().height;
  probe.remove();
}

function build(row) {
  const { group, name } = nth(view.result, row);
  const made = element("div", "row");
  made.setAttribute("role", "listitem");
  made.setAttribute("aria-posinset", row + 1);
  made.setAttribute("aria-setsize", view.shown);
  const button = head(group, name);
  button.setAttribute("aria-expanded", row === view.open);
  made.append(button);
  if (row === view.open) made.append(detail(group, name));
  made.dataset.row = row;
  list.append(made);
  return made;
}

function draw() {
  const from = window.scrollY - (list.getBoundingClientRect().top + window.scrollY);
  const first = Math.max(0, Math.floor((from - (view.open === -1 ? 0 : view.extra)) / view.height) - AHEAD);
  const last = Math.min(view.shown - 1, Math.max(first, Math.ceil((from + window.innerHeight) / view.height)) + AHEAD);
  for (const [row, made] of view.drawn) {
    if ((row < first || row > last) && row !== view.active) {
      made.remove();
      view.drawn.delete(row);
    }
  }
  const wanted = view.active < view.shown ? [view.active] : [];
  for (let row = first; row <= last; row += 1) wanted.push(row);
  for (const row of wanted) if (!view.drawn.has(row)) view.drawn.set(row, build(row));
  for (const [row, made] of view.drawn) {
    made.style.transform = `translateY(${above(row)}px)`;
    made.firstChild.tabIndex = row === view.active ? 0 : -1;
  }
}

function redraw() {
  for (const made of view.drawn.values()) made.remove();
  view.drawn.clear();
  list.hidden = view.shown === 0;
  list.style.height = `${view.shown * view.height + (view.open === -1 ? 0 : view.extra)}px`;
  draw();
}

function toggle(row) {
  [view.open, view.active, view.extra] = [view.open === row ? -1 : row, row, 0];
  redraw();
  if (view.open !== -1) {
    view.extra = view.drawn.get(row).getBoundingClientRect().height - view.height;
    list.style.height = `${view.shown * view.height + view.extra}px`;
    draw();
  }
  view.drawn.get(row).firstChild.focus({ preventScroll: true });
}

function walk(to) {
  view.active = Math.max(0, Math.min(view.shown - 1, to));
  const top = list.getBoundingClientRect().top + window.scrollY + above(view.active);
  const bar = getComputedStyle(filter).position === "sticky" ? filter.offsetHeight : 0;
  if (top - bar < window.scrollY) window.scrollTo({ top: top - bar, behavior: "instant" });
  else if (top + view.height > window.scrollY + window.innerHeight) {
    window.scrollTo({ top: top + view.height - window.innerHeight, behavior: "instant" });
  }
  draw();
  view.drawn.get(view.active).firstChild.focus({ preventScroll: true });
}

// ---------------------------------------------------------------- what is asked for

const filter = find("filter");
const fields = ["text", "effect", "kind", "place"];

function asked() {
  return Object.fromEntries(fields.map((name) => [name, find(name).value]));
}

function told({ total }) {
  const all = groups.reduce((sum, group) => sum + group.names.length, 0);
  const beyond = total > MOST_ROWS ? `; the first ${number(MOST_ROWS)} are listed` : "";
  return (total === all ? `${number(all)} changes` : `${number(total)} of ${number(all)} changes`) + beyond;
}

function show() {
  const query = asked();
  view.result = search(query);
  [view.shown, view.active, view.open, view.extra] = [Math.min(view.result.total, MOST_ROWS), 0, -1, 0];
  find("found").textContent = told(view.result);
  find("clear").hidden = fields.every((name) => !query[name]);
  redraw();
}

function offer() {
  const sorts = [["Schools and folders", "school", ["school"]], ["Services", "service", ["from", "to"]]];
  for (const [label, sort, words] of sorts) {
    const names = new Set(groups.flatMap((group) => words.map((word) => group[word])).filter(Boolean));
    const options = [...names].sort().map((name) => new Option(name, `${sort}:${name}`));
    const made = element("optgroup");
    made.label = label;
    made.append(...options);
    if (options.length) find("place").append(made);
  }
}

function follow(link) {
  const { effect = "", school = "", text = "" } = link.dataset;
  const wanted = { text, effect, kind: "", place: school && `school:${school}` };
  for (const name of fields) find(name).value = wanted[name];
  show();
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
  if (event.key === "/" && !typing) {
    event.preventDefault();
    find("text").focus();
  } else if (event.key in STEPS && list.contains(event.target)) {
    event.preventDefault();
    walk(view.active + STEPS[event.key]);
  } else if (event.key === "ArrowDown" && event.target.id === "text" && view.shown) {
    event.preventDefault();
    walk(view.active);
  } else if (event.key === "Escape" && (filter.contains(event.target) || list.contains(event.target))) {
    filter.reset();
    find("text").focus();
  }
}

// ---------------------------------------------------------------- paper

function onPaper() {
  const { result } = view;
  const count = Math.min(result.total, MOST_PRINTED);
  const cut = count < result.total ? `: the first ${number(count)} are printed` : "";
  const table = element("table", "paper");
  table.append(element("caption", "", told(result) + cut));
  for (let row = 0; row < count; row += 1) {
    const { group, name } = nth(result, row);
    const line = table.insertRow();
    for (const text of [group.effect.label, [name, group.title].filter(Boolean).join(" "), group.what, group.why, group.source]) {
      line.insertCell().textContent = text;
    }
  }
  find("printed").replaceChildren(table);
}

// ---------------------------------------------------------------- ticks, which a browser may refuse to keep

function kept(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key) === "done";
    if (value) localStorage.setItem(key, "done");
    else localStorage.removeItem(key);
  } catch {
    // Private windows and strict settings have no storage; ticks then last as long as the page.
  }
  return Boolean(value);
}

function ticks() {
  const boxes = [...document.querySelectorAll("[data-task]")];
  const key = (box) => `reconciler ${source.dataset.plan} ${box.dataset.task}`;
  const count = () => {
    const done = boxes.filter((box) => box.checked).length;
    if (boxes.length) find("progress").textContent = `${done} of ${boxes.length} ticked.`;
  };
  for (const box of boxes) {
    box.checked = kept(key(box)) || box.checked;
    box.addEventListener("change", () => {
      kept(key(box), box.checked);
      count();
    });
  }
  count();
}

async function copy(button) {
  const text = find(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(text);
    button.textContent = "Selected";
  }
}

// ---------------------------------------------------------------- start

function start() {
  ticks();
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  if (!filter) return;
  find("unscripted").hidden = true;
  offer();
  filter.hidden = false;
  find("keys").hidden = false;
  measure();
  show();
  filter.addEventListener("input", show);
  filter.addEventListener("submit", (event) => event.preventDefault());
  filter.addEventListener("reset", () => queueMicrotask(show));
  for (const link of document.querySelectorAll("[data-effect]")) link.addEventListener("click", () => follow(link));
  list.addEventListener("click", (event) => {
    const button = event.target.closest(".head");
    if (button) toggle(Number(button.parentNode.dataset.row));
  });
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest(".row");
    if (row) view.active = Number(row.dataset.row);
  });
  document.addEventListener("keydown", pressed);
  let asleep = true;
  window.addEventListener("scroll", () => {
    if (asleep) requestAnimationFrame(() => { asleep = true; draw(); });
    asleep = false;
  }, { passive: true });
  window.addEventListener("resize", () => {
    measure();
    [view.open, view.extra] = [-1, 0];
    redraw();
  });
  window.addEventListener("beforeprint", onPaper);
  window.addEventListener("afterprint", () => find("printed").replaceChildren());
}

start();
