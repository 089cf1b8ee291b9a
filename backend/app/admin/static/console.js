// What the pages do without too: times in the viewer's own zone. UTC stays where the pointer rests.
"use strict";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const write = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.dateTime);
  if (!isNaN(moment)) time.textContent = write.format(moment);
}
for (const place of document.querySelectorAll("[data-zone]")) {
  place.parentNode.firstChild.textContent = "Times are in your zone";
  place.textContent = `, ${zone}; rest on one to see UTC`;
}
