// The worker that reads pictures of the camera: a picture in, the text of its QR code or null out.

import { BarcodeDetector, prepareZXingModule } from "../../vendor/barcode-detector/ponyfill.js";

/** Answer every picture; `wasm` is our own copy of the reader, or it would be asked of a CDN. */
export function serve(wasm) {
  prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true })
    .catch((error) => postMessage({ problem: String(error) }));
  const detector = new BarcodeDetector({ formats: ["qr_code"] });

  addEventListener("message", async ({ data: picture }) => {
    try {
      const found = await detector.detect(picture);
      postMessage({ text: found[0]?.rawValue ?? null });
    } catch (error) {
      postMessage({ text: null, problem: String(error) });
    } finally {
      picture.close();
    }
  });
}
