// Watches the kiosk page from outside: when a frame with a code was presented, read, and answered.
//
// The film says in its upper left corner, in BITS squares of SQUARE pixels, which code a frame
// holds; 0 is none. While a verdict is awaited nothing is looked at, so that watching costs nothing.
(() => {
  const BITS = 6;
  const SQUARE = 24;
  const seen = []; // { number, presented, posted, read, shown, painted, look, name }
  globalThis.watched = seen;
  let awaited = null;

  const marks = new OffscreenCanvas(BITS, 1).getContext("2d", { willReadFrequently: true });
  marks.imageSmoothingEnabled = false;
  function numberIn(video) {
    marks.drawImage(video, 0, 0, BITS * SQUARE, SQUARE, 0, 0, BITS, 1);
    const { data } = marks.getImageData(0, 0, BITS, 1);
    return Array.from({ length: BITS }, (_, bit) => (data[bit * 4] > 127 ? 1 << bit : 0))
      .reduce((sum, one) => sum + one, 0);
  }

  function watchFrames(video) {
    let before = 0;
    const look = (_, { presentationTime }) => {
      video.requestVideoFrameCallback(look);
      if (awaited) return;
      const number = numberIn(video);
      if (number && number !== before) seen.push(awaited = { number, presented: presentationTime });
      before = number;
    };
    video.requestVideoFrameCallback(look);
  }

  function watchVerdict(verdict) {
    let was = !verdict.hidden;
    new MutationObserver(() => {
      const is = !verdict.hidden;
      if (is && !was && awaited) {
        const one = awaited;
        awaited = null;
        one.shown = performance.now();
        one.look = verdict.dataset.look;
        one.name = document.getElementById("first-name").textContent;
        one.alone = document.getElementById("offline-words").textContent !== "";
        requestAnimationFrame(() => setTimeout(() => { one.painted = performance.now(); }));
      }
      was = is;
    }).observe(verdict, { attributes: true, attributeFilter: ["hidden"] });
  }

  globalThis.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (data.text && awaited) awaited.read ??= performance.now();
      });
    }
    postMessage(...given) {
      if (awaited && !awaited.read) awaited.posted = performance.now();
      super.postMessage(...given);
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    watchFrames(document.getElementById("video"));
    watchVerdict(document.getElementById("verdict"));
  });
})();
