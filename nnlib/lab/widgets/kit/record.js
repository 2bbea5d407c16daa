// Plays a recorded widget: answers the stage's questions from a tape, in place of a kernel.

function playTape(root) {
  const tape = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  const names = Object.keys(tape.controls);
  const listeners = {};
  const traits = { plan: tape.plan, state: tape.state, picture: pictureAt(0) };

  function rowOf(values) {
    // The tape counts like an odometer: the last control goes round first.
    return names.reduce((row, name) => row * tape.controls[name].length + tape.controls[name].indexOf(values[name]), 0);
  }
  function pictureAt(row) {
    return new DataView(Uint8Array.from(atob(tape.pictures[row]), (letter) => letter.charCodeAt(0)).buffer);
  }
  const model = {
    get: (name) => traits[name],
    on: (event, listener) => { listeners[event] = listener; },
    off: () => {},
    send({ number, events }) {
      const values = { ...traits.state.values };
      for (const [name, value] of events) if (name in values) values[name] = value;
      const row = rowOf(values);
      traits.state = { ...traits.state, number, values, words: tape.words[row] };
      traits.picture = pictureAt(row);
      listeners["change:picture"]();
      listeners["change:state"]();
    },
  };
  traits.state = { ...tape.state, words: tape.words[0] };
  stage.render({ model, el: root.querySelector("div") });
}

for (const root of document.querySelectorAll(".nnlib-recorded:not([data-playing])")) {
  root.dataset.playing = "";
  playTape(root);
}
