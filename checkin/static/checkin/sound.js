// Four sounds that can be told apart without looking, made without files.

const NOTES = {
  admitted: [["sine", 880, 0, 0.09], ["sine", 1320, 0.1, 0.16]],
  already: [["triangle", 440, 0, 0.14], ["triangle", 440, 0.22, 0.14]],
  refused: [["square", 160, 0, 0.45]],
  asking: [["sine", 660, 0, 0.12]],
};
const VOLUME = 0.25;

let audio = null;

/** Browsers make no sound before a key or a tap; call this on each until it works. */
export function unlock() {
  audio ??= "AudioContext" in window ? new AudioContext() : null;
  if (audio?.state === "suspended") audio.resume();
}

export function beep(look) {
  if (audio?.state !== "running") return;
  for (const [shape, hertz, after, seconds] of NOTES[look]) {
    const tone = new OscillatorNode(audio, { type: shape, frequency: hertz });
    const gain = new GainNode(audio, { gain: VOLUME });
    const start = audio.currentTime + after;
    tone.connect(gain).connect(audio.destination);
    gain.gain.setValueAtTime(VOLUME, start + seconds - 0.02);
    gain.gain.linearRampToValueAtTime(0, start + seconds); // no click at the end
    tone.start(start);
    tone.stop(start + seconds);
  }
}
