// Sorts the list of runs by the column whose heading is chosen. Without this script it is a plain table.
"use strict";

// What a cell is sorted by: a number where it is one; undefined where it is empty.
function keyOf(body, column) {
  const cell = body.rows[0].cells[column];
  const key = cell.dataset.key ?? cell.textContent;
  if (key === "") return undefined;
  return isNaN(key) ? key : Number(key);
}

// Numbers before words; what is missing comes last in both directions.
function compare(x, y, direction) {
  if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);
  if (typeof x !== typeof y) return typeof x === "number" ? -direction : direction;
  return x < y ? -direction : x > y ? direction : 0;
}

// Each run is a body of the table: its row, and below it the reason where there is one.
function sortBy(table, column, direction) {
  const runs = [...table.tBodies];
  runs.sort((one, other) => compare(keyOf(one, column), keyOf(other, column), direction));
  table.append(...runs);
}

// The first click sorts upwards, the next one downwards.
function choose(table, heading) {
  const descending = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  sortBy(table, heading.cellIndex, descending ? -1 : 1);
}

for (const table of document.querySelectorAll("table.list"))
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.append(...heading.childNodes);
    button.addEventListener("click", () => choose(table, heading));
    heading.append(button);
  }
