// ---------------------------------------------------------------- what is asked for

// Rows that a page may have before browsers run out of height, and that a printer is asked for.
const MOST_ROWS = 200000;
const MOST_PRINTED = 2000;

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
    const { group, name, source: place } = nth(result, row);
    const line = table.insertRow();
    for (const text of [group.effect.label, [name, group.title].filter(Boolean).join(" "), group.what, group.why, place]) {
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
