const $ = (id) => document.getElementById(id);
let shown = "";

async function refresh() {
  const q = new URLSearchParams({ account: $("account").value, person: $("person").value });
  const { messages } = await (await fetch("/meta/messages?" + q)).json();
  const now = JSON.stringify(messages);
  if (now === shown) return;
  shown = now;
  $("log").replaceChildren(...messages.map((m) => {
    const li = document.createElement("li");
    li.dataset.from = m.from;
    li.textContent = m.text;
    const small = document.createElement("small");
    const who = { person: "You", shop: "The shop's assistant", agent: "The shop's team" }[m.from];
    small.textContent = who + ", " + new Date(m.at).toLocaleTimeString("en-GB");
    li.append(small);
    return li;
  }));
  $("log").lastElementChild?.scrollIntoView({ block: "end" });
}

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  const answer = await fetch("/meta/messages", {
    method: "POST",
    body: JSON.stringify({
      account: $("account").value, person: $("person").value, text,
      as: event.submitter?.value || "", copies: Number($("copies").value),
    }),
  });
  if (!answer.ok) alert(await answer.text());
  refresh();
});
$("account").addEventListener("change", refresh);
$("person").addEventListener("change", refresh);
setInterval(refresh, 1000);
refresh();
