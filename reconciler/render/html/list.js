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

function facts({ group, name, source }) {
  const texts = data.texts;
  return [
    ["Address", `${group.kind}/${name}`],
    ["What it is", group.noun],
    ["What happens", group.from ? `${group.effect.label}: ${group.what}` : group.effect.label],
    ...group.attributes.map(([label, before, after]) => [texts[label], becomes(texts[before], texts[after])]),
    ["Why", group.why],
    ["How", [ROUTES[group.route], group.reason].filter(Boolean).join(". ")],
    ["Waits for", group.waits],
    ["Asked for by", group.origin || (source ? "" : "no entry any more")],
    ["In the file", source],
  ].filter(([, value]) => value);
}

function detail(change) {
  const list = element("dl", "detail");
  for (const [label, value] of facts(change)) {
    const pair = element("div");
    pair.append(element("dt", "", label), element("dd", label === "In the file" || label === "Address" ? "code" : "", value));
    list.append(pair);
  }
  return list;
}

// ---------------------------------------------------------------- the list, of which only what is in the window exists

const AHEAD = 8; // rows drawn beyond each edge of the window
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
  const change = nth(view.result, row);
  const made = element("div", "row");
  made.setAttribute("role", "listitem");
  made.setAttribute("aria-posinset", row + 1);
  made.setAttribute("aria-setsize", view.shown);
  const button = head(change.group, change.name);
  button.setAttribute("aria-expanded", row === view.open);
  made.append(button);
  if (row === view.open) made.append(detail(change));
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
