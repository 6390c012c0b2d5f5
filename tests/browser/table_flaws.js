// Returns what cannot be read in the tables that are shown: a text that is cut off, or that lies on
// another or touches it; and a table that keys cannot scroll.
() => {
  const seen = (element) => {
    if (!element.checkVisibility()) return false;
    for (let one = element; one; one = one.parentElement)
      if (getComputedStyle(one).clipPath !== "none") return false;
    return true;
  };
  const texts = (table) => {
    const found = [];
    const walk = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      if (!node.data.trim() || !seen(node.parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const cell = node.parentElement.closest("td, th");
      for (const box of range.getClientRects()) found.push({ text: node.data.trim(), cell, box });
    }
    return found.sort((one, other) => one.box.top - other.box.top);
  };
  const flaws = (table) => {
    const region = table.closest("[role=region][aria-label][tabindex='0']");
    if (!region) return ["is in no region that keys can scroll"];
    const { left, right } = region.getBoundingClientRect();
    const found = texts(table);
    return found.flatMap(({ text, cell, box }, place) => [
      ...(box.left < left - 1 || box.right > Math.min(right, innerWidth) + 1 ? [`cuts off "${text}"`] : []),
      ...found.slice(place + 1).flatMap((other) => {
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        // Words of one cell may follow each other, numbers of two columns must not touch.
        return down > 3 && across > (cell === other.cell ? 1 : -3) ? [`has "${text}" on "${other.text}"`] : [];
      }),
    ]);
  };
  const tables = [...document.querySelectorAll(".bx-view table, .bx-told table")].filter(seen);
  return tables.flatMap((table) => {
    const name = table.closest("figure, section").querySelector("h2, h3").textContent;
    return flaws(table).map((flaw) => `${innerWidth} px: "${name}" ${flaw}`);
  });
}
