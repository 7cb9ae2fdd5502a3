// Sorting and filtering of the table of students. The page is whole without it: the controls appear only with it.
(() => {
  "use strict";
  const table = document.getElementById("class");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const search = document.getElementById("search");
  const which = document.getElementById("which");
  const found = document.getElementById("found");
  const words = found.textContent;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const names = new Map(rows.map((row) => [row, plain(row.dataset.name)]));
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;

  function sort(column, kind, direction) {
    const value = (row) => row.cells[column].dataset.value;
    const order = kind === "number"
      ? (a, b) => Number(value(a)) - Number(value(b))
      : (a, b) => compare(value(a), value(b));
    const sorted = rows.slice().sort((a, b) => direction * order(a, b));
    body.append(...sorted);
    heads.forEach((head, n) => {
      if (head.dataset.sort) {
        head.setAttribute("aria-sort", n !== column ? "none" : direction > 0 ? "ascending" : "descending");
      }
    });
  }

  function filter() {
    const wanted = plain(search.value.trim());
    let shown = 0;
    for (const row of rows) {
      const fits = names.get(row).includes(wanted)
        && (!which.value || row.dataset.tags.split(" ").includes(which.value));
      row.hidden = !fits;
      shown += fits;
    }
    found.textContent = shown === rows.length ? words : `${shown} / ${rows.length}`;
    document.getElementById("nobody").hidden = shown > 0;
  }

  heads.forEach((head, n) => {
    const kind = head.dataset.sort;
    if (!kind) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", n === 0 ? "ascending" : "none");
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const first = kind === "number" ? -1 : 1; // the highest marks, or the first names, come first
      sort(n, kind, now === "none" ? first : now === "ascending" ? -1 : 1);
    });
  });
  search.addEventListener("input", filter);
  which.addEventListener("change", filter);
  const form = search.form;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
