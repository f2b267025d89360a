// The camera: pictures go to the worker one at a time, and a code comes back once while it is held.

const SAME_CODE_MS = 3000;
const AGAIN_MS = 5000;
const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 } };
const PROBLEMS = { NotAllowedError: "camera_denied", NotFoundError: "camera_none" };

/** Keep a camera open while it is wanted; what goes wrong is told by a key of the catalogue. */
export class Camera {
  #video;
  #tell;
  #onCode;
  #worker = null;
  #stream = null;
  #reading = false;
  #wanted = null;
  #timer = 0;
  #seen = { text: "", at: 0 };

  /** `onCode(text)` for each reading, false for not now; `onChange({problem, open, torch})` when that changes. */
  constructor(video, { onCode, onChange }) {
    this.#video = video;
    this.#onCode = onCode;
    this.#tell = onChange;
    navigator.mediaDevices?.addEventListener("devicechange", () => {
      if (this.#wanted !== null && !this.#stream) this.open(this.#wanted);
    });
  }

  /** Open a camera by its id, or the one that looks away from the screen. */
  async open(cameraId = "") {
    this.close();
    this.#wanted = cameraId;
    if (!navigator.mediaDevices) return this.#closed("camera_none");
    const which = cameraId ? { deviceId: { exact: cameraId } } : { facingMode: "environment" };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { ...WANTED, ...which } });
      if (this.#wanted !== cameraId || this.#stream) return stopped(stream);
      this.#stream = stream;
      const track = stream.getVideoTracks()[0];
      track.addEventListener("ended", () => this.#lost());
      this.#video.srcObject = stream;
      await this.#video.play();
      this.#tell({ problem: "", open: true, torch: Boolean(track.getCapabilities?.().torch) });
      this.#watch(stream);
    } catch (error) {
      if (cameraId && error.name === "OverconstrainedError") return this.open();
      this.#closed(PROBLEMS[error.name] ?? "camera_gone");
    }
  }

  /** Stop the camera until `open`. */
  close() {
    this.#wanted = null;
    clearTimeout(this.#timer);
    if (this.#stream) stopped(this.#stream);
    this.#stream = this.#video.srcObject = null;
  }

  /** Return id and name of every camera; names are empty until one was allowed. */
  async list() {
    const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    return devices.filter((one) => one.kind === "videoinput" && one.deviceId);
  }

  async light(on) {
    await this.#stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
  }

  get cameraId() {
    return this.#stream?.getVideoTracks()[0].getSettings().deviceId ?? "";
  }

  #lost() {
    const wanted = this.#wanted;
    if (wanted === null) return;
    this.#stream = this.#video.srcObject = null;
    this.#closed("camera_gone");
    this.#timer = setTimeout(() => this.open(wanted), AGAIN_MS);
  }

  #closed(problem) {
    this.#tell({ problem, open: false, torch: false });
  }

  #watch(stream) {
    this.#worker ??= this.#hire();
    const next = () => {
      if (this.#stream !== stream) return;
      if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(look);
      else setTimeout(look, 60);
    };
    const look = async () => {
      if (!this.#reading && this.#stream === stream) await this.#show();
      next();
    };
    next();
  }

  async #show() {
    this.#reading = true;
    try {
      const picture = await createImageBitmap(this.#video);
      this.#worker.postMessage(picture, [picture]);
    } catch {
      this.#reading = false; // no picture yet: the next one comes by itself
    }
  }

  #hire() {
    const worker = new Worker(new URL("reader.js", document.baseURI), { type: "module" });
    worker.addEventListener("message", ({ data }) => {
      this.#reading = false;
      if (data.problem) console.error(data.problem);
      if (data.text) this.#read(data.text);
    });
    worker.addEventListener("error", () => this.#closed("camera_gone"));
    return worker;
  }

  /** A ticket that stays in front of the camera is one reading. */
  #read(text) {
    const now = performance.now();
    const held = text === this.#seen.text && now - this.#seen.at < SAME_CODE_MS;
    if (held || this.#onCode(text)) this.#seen = { text, at: now };
  }
}

function stopped(stream) {
  for (const track of stream.getTracks()) track.stop();
}
