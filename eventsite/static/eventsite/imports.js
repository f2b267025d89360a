// Uploads a file in slices that pass through the gateway, and shows how far an import is.
"use strict";

const TRIES = 5;
const LOOK_EVERY_MS = 2000;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function post(url, body, token) {
  for (let attempt = 1; ; attempt += 1) {
    let answer;
    try {
      answer = await fetch(url, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": token },
        credentials: "same-origin",
      });
    } catch (error) {
      if (attempt >= TRIES) throw new Error("The connection was lost. Please try again.");
    }
    if (answer && answer.ok) return answer.json();
    if (answer && answer.status < 500) {
      const said = await answer.json().catch(() => ({}));
      throw new Error(said.detail || `The server said ${answer.status}.`);
    }
    if (attempt >= TRIES) throw new Error("The server does not answer. Please try again.");
    await wait(500 * 2 ** attempt);
  }
}

async function packed(file) {
  if (typeof CompressionStream === "undefined" || file.name.endsWith(".gz")) return file;
  return new Response(file.stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

async function upload(form, file, tell) {
  const token = form.elements.csrfmiddlewaretoken.value;
  tell("Preparing…");
  const content = await packed(file);
  const begin = new FormData();
  begin.append("event_id", form.elements.event_id.value);
  begin.append("filename", file.name);
  const place = await post(form.dataset.begin, begin, token);
  const pieces = Math.max(1, Math.ceil(content.size / place.slice_bytes));
  for (let number = 0; number < pieces; number += 1) {
    tell(`Uploading part ${number + 1} of ${pieces}…`);
    const start = number * place.slice_bytes;
    const slice = content.slice(start, start + place.slice_bytes, "application/octet-stream");
    await post(`${place.pieces}${number}/`, slice, token);
  }
  tell("Uploaded.");
  const end = new FormData();
  end.append("pieces", String(pieces));
  end.append("format", form.elements.format.value);
  const done = await post(place.uploaded, end, token);
  window.location.assign(done.page);
}

function offerUpload(form) {
  const status = document.getElementById("upload-progress");
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", (submitted) => {
    const file = form.elements.file.files[0];
    if (!file) return;
    submitted.preventDefault();
    button.disabled = true;
    upload(form, file, (words) => { status.textContent = words; }).catch((error) => {
      status.textContent = error.message;
      button.disabled = false;
    });
  });
}

async function watch(section) {
  const bar = section.querySelector("progress");
  const done = section.querySelector("[data-done]");
  for (;;) {
    await wait(LOOK_EVERY_MS);
    let found;
    try {
      const answer = await fetch(section.dataset.progress, { credentials: "same-origin" });
      if (!answer.ok) continue;
      found = await answer.json();
    } catch (error) {
      continue;
    }
    if (!found.going || found.state !== section.dataset.state) {
      window.location.reload();
      return;
    }
    done.textContent = found.done;
    if (found.percent !== null) bar.value = found.percent;
  }
}

const form = document.getElementById("upload");
if (form) offerUpload(form);
const section = document.querySelector("[data-progress]");
if (section) watch(section);
