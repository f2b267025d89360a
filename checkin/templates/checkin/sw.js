// The kiosk's page and files, kept on the device under the name of their version.
//
// Answers of the API are never kept: what may be known without the server is in the roster. A page
// and its files are always of one version; the next one is loaded beside it and waits.

const VERSION = "{{ version }}";
const PAGE = new URL("./", self.location).href;
const FILES = {{ files|safe }}.map((file) => new URL(file, self.location).href);
const KNOWN = new Set(FILES);
const CACHE = `eventsite-kiosk-${VERSION}`;

self.addEventListener("install", (event) => {
  const requests = [PAGE, ...FILES].map((url) => new Request(url, { cache: "no-cache", credentials: "omit" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidyUp().then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = request.url.split(/[?#]/)[0];
  const wanted = request.mode === "navigate" ? url === PAGE : KNOWN.has(url);
  if (request.method === "GET" && wanted) event.respondWith(kept(request, url));
});

async function kept(request, url) {
  const cache = await caches.open(CACHE);
  return (await cache.match(url)) ?? fetch(request);
}

async function tidyUp() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("eventsite-kiosk-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}
