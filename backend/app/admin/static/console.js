// What the pages do without too: all rows ticked at once, and times in the viewer's own zone where the pointer rests.
"use strict";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const write = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.dateTime);
  if (!isNaN(moment)) time.title = `${write.format(moment)} in ${zone}; ${time.title}`;
}
for (const place of document.querySelectorAll("[data-zone]")) place.textContent = `; rest on one to see it in ${zone}`;

for (const button of document.querySelectorAll("[data-ticked]")) {
  const ticks = [...button.form.querySelectorAll("[name=ids]")];
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "Choose all rows on this page");
  button.form.querySelector("th").append(all);
  const count = () => {
    const ticked = ticks.filter((tick) => tick.checked).length;
    all.checked = ticked === ticks.length;
    button.textContent = ticked ? `Restore the ticked ${ticked}…` : button.dataset.ticked;
  };
  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    count();
  });
  button.form.addEventListener("change", count);
  count();
}
