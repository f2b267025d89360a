// Keeps the page itself on the device, so that a reload works without the server.

const LOOK_MS = 600000; // how often a page that is never reloaded looks for a new version

/**
 * Let the service worker keep the page and its files.
 *
 * A new version is loaded beside the one in use, and takes its place when `idle()` says that
 * nobody is being served: then the page is loaded again.
 */
export async function keepShell({ idle }) {
  if (!("serviceWorker" in navigator)) return; // plain HTTP from another machine
  const { serviceWorker } = navigator;
  let registration;
  try {
    registration = await serviceWorker.register(new URL("sw.js", document.baseURI), { updateViaCache: "none" });
  } catch {
    return; // a browser that keeps nothing: the page works while the server does
  }
  if (!registration) return;
  let kept = Boolean(serviceWorker.controller); // the first worker takes over a page of its own version
  serviceWorker.addEventListener("controllerchange", () => {
    if (kept) location.reload();
    kept = true;
  });
  setInterval(() => registration.update().catch(() => null), LOOK_MS);
  setInterval(() => { if (registration.waiting && idle()) registration.waiting.postMessage("take over"); }, 2000);
}
