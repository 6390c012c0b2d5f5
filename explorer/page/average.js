// Averages: how many images are in one is known when it is made, so its caption comes after it.
(() => {
  async function tell(image) {
    const caption = image.closest("figure").querySelector(".bx-told-average");
    if (caption.textContent) return;
    const answer = await fetch(image.src.replace(".webp", ".txt"));
    if (answer.ok) caption.textContent = await answer.text();
  }

  // Loading does not bubble.
  document.addEventListener("load", ({ target }) => target.matches?.(".bx-average") && tell(target), true);
})();
