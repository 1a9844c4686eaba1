"use strict";

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

function read([effect, words, attributes, names, lines]) {
  const group = { effect: data.effects[effect], attributes, lines, names: names.split("\n") };
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
  const row = rows ? rows[place - start] : place - start;
  return { group, name: group.names[row], source: group.lines ? `${group.source}:${group.lines[row]}` : group.source };
}
