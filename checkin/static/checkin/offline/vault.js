// Seals what waits for the server: a ticket's code opens its guest's record, and lets somebody in.
//
// The key cannot be exported, by this page or another: it protects from who reads the storage in
// the developer tools, from a script that sends the storage away, and from copies of single values.
// It does not protect from who takes the whole profile of the browser and runs it: the key is in
// there. Against that there is the lease, and encryption of the device itself.

import { fromUtf8, utf8 } from "./bytes.js";

const NONCE_BYTES = 12;

export async function openVault(store) {
  if (!store.lasting) return { seal: async (what) => what, open: async (sealed) => sealed }; // never leaves memory
  let key = await store.get("kept", "vault");
  if (!key) {
    key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await store.write({ table: "kept", put: key, key: "vault" });
  }
  return {
    async seal(what) {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const text = utf8(JSON.stringify(what));
      return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text) };
    },
    async open({ iv, data }) {
      return JSON.parse(fromUtf8(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data)));
    },
  };
}
