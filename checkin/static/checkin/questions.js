// The form of door questions: one group for each question, of any kind.

import { $ } from "./state.js";
import { t } from "./words.js";

let asked = [];

/** Show the questions of a verdict in the form. */
export function ask(questions) {
  asked = questions;
  $("question-list").replaceChildren(...questions.map(group));
  $("questions-error").textContent = "";
  $("questions").hidden = false;
  $("question-list").querySelector("input, select, textarea")?.focus();
}

/** Return the answers as the API takes them, or null when one is missing or wrong. */
export function answers() {
  const found = {};
  for (const [number, question] of asked.entries()) {
    const given = valuesOf(question, number);
    const fields = [...document.querySelectorAll(`[name="q${number}"]`)];
    const wrong = missing(question, given) ? t("needed") : outside(question, given, fields[0]);
    $(`q${number}-error`).textContent = wrong;
    for (const field of fields) field.setAttribute("aria-invalid", String(Boolean(wrong)));
    if (wrong) {
      fields[0].focus();
      return null;
    }
    if (given.length) found[question.question_id] = given;
  }
  return found;
}

function valuesOf(question, number) {
  const fields = [...document.querySelectorAll(`[name="q${number}"]`)];
  const ticked = ["several", "yes_no", "consent"].includes(question.kind) || fields[0].type === "radio";
  if (ticked) return fields.filter((field) => field.checked).map((field) => field.value);
  const text = fields[0].value.trim();
  return text ? [text] : [];
}

function missing(question, given) {
  if (!question.required) return false;
  return given.length === 0 || (question.kind === "consent" && given[0] !== "yes");
}

function outside(question, given, field) {
  if (!given.length) return field.validity?.badInput ? bounds(question) || t("needed") : "";
  const number = { number: Number(given[0]), several: given.length }[question.kind];
  if (number === undefined) return "";
  const { minimum, maximum } = question;
  const fits = (minimum ?? -Infinity) <= number && number <= (maximum ?? Infinity);
  return fits ? "" : bounds(question);
}

function bounds({ minimum, maximum }) {
  const values = { minimum, maximum };
  if (minimum != null && maximum != null) return t("between", values);
  if (minimum != null) return t("at_least", values);
  return maximum != null ? t("at_most", values) : "";
}

/** A fieldset for all kinds: its legend is the question, also of a single field. */
function group(question, number) {
  const set = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = question.name + (question.required ? ` ${t("needed_mark")}` : "");
  const hint = document.createElement("p");
  hint.id = `q${number}-hint`;
  const ranged = ["number", "several"].includes(question.kind);
  hint.textContent = [question.help, ranged ? bounds(question) : ""].filter(Boolean).join(" ");
  const error = document.createElement("p");
  error.id = `q${number}-error`;
  error.className = "error";
  set.append(legend, hint, ...fieldsOf(question, `q${number}`), error);
  for (const field of set.querySelectorAll("input, select, textarea")) {
    field.setAttribute("aria-describedby", `${hint.id} ${error.id}`);
  }
  return set;
}

function fieldsOf(question, name) {
  switch (question.kind) {
    case "choice":
      return question.choices.map((choice) => tick("radio", name, choice, choice));
    case "several":
      return question.choices.map((choice) => tick("checkbox", name, choice, choice));
    case "yes_no":
      return [tick("radio", name, "yes", t("yes")), tick("radio", name, "no", t("no"))];
    case "consent":
      return [tick("checkbox", name, "yes", t("agree"))];
    default:
      return [lineFor(question, name)];
  }
}

function lineFor(question, name) {
  const field = document.createElement(question.kind === "text" ? "textarea" : "input");
  field.name = name;
  field.setAttribute("aria-label", question.name);
  if (question.kind === "text") Object.assign(field, { rows: 2, maxLength: 1000 });
  if (question.kind === "date") field.type = "date";
  if (question.kind === "number") Object.assign(field, { type: "number", step: "any" });
  return field;
}

function tick(type, name, value, words) {
  const label = document.createElement("label");
  label.className = "tick";
  const field = document.createElement("input");
  Object.assign(field, { type, name, value });
  label.append(field, words);
  return label;
}
