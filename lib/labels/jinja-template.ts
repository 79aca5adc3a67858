import {
  KNOWLEDGE,
  KNOWLEDGE_END,
  KNOWLEDGE_START,
  REFLECTION,
  REFLECTION_END,
  REFLECTION_START,
  spellApart,
} from "../trajectory/index.ts";
import { ACT, ASSISTANT, END, SITUATED_SPECIAL_TOKENS, SPECIAL_TOKENS, SYSTEM } from "./specials.ts";

export interface JinjaForm {
  readonly thoughts: boolean;
  readonly situations: boolean;
}

/** The chat template as Jinja, over `ChatTemplate.toMessages`. */
export const bareJinja = (form: JinjaForm): string =>
  jinjaOf(form, (field) => `{% if message.${field} %}{{ ' ' + message.${field} }}{% endif %}`);

/**
 * The same for others' programs. They make one text of a conversation and find the control tokens in it, so what looks
 * like one in a message is spelled apart: it stays text, one space longer.
 */
export function guardedJinja(form: JinjaForm): string {
  const tokens = form.situations ? SITUATED_SPECIAL_TOKENS : SPECIAL_TOKENS;
  const guards = tokens.map((token) => ` | replace('${token}', '${spellApart(token, [token])}')`).join("");
  const macro = `{%- macro said(text) -%}{% if text %}{{ ' ' + text${guards} }}{% endif %}{%- endmacro -%}`;
  return `${macro}\n${jinjaOf(form, (field) => `{{ said(message.${field}) }}`)}`;
}

/** A template of ours with the guards, which it may lack; another one as it is. */
export function withGuards(jinja: string): string {
  const both = [true, false];
  const forms = both.flatMap((thoughts) => both.map((situations) => ({ thoughts, situations })));
  const form = forms.find((candidate) => bareJinja(candidate) === jinja);
  return form ? guardedJinja(form) : jinja;
}

/** Without the guards, for readers of Jinja that know fewer filters. */
export const withoutGuards = (jinja: string): string => jinja.replace(/ \| replace\('[^']*', '[^']*'\)/g, "");

function jinjaOf({ thoughts, situations }: JinjaForm, spaced: (field: string) => string): string {
  const text = spaced("content");
  const act = thoughts ? `{{ '${ACT}' }}` : "";
  const before = `{% if message.knowledge is defined %}{{ '${KNOWLEDGE}${KNOWLEDGE_START}' }}${spaced("knowledge")}{{ '${KNOWLEDGE_END}' }}{% endif %}`;
  const first = `{% if message.first is defined %}${spaced("first")}{{ '${REFLECTION}${REFLECTION_START}' }}${spaced("reflection")}{{ '${REFLECTION_END}' }}${act}{% endif %}`;
  const plain = thoughts ? spaced("thought") + act : "";
  const thought = situations ? before + plain + first : plain;
  return [
    "{%- for message in messages -%}",
    `{%- if message.role == 'assistant' -%}{{ '${ASSISTANT}' }}{% generation %}${thought}${text}{{ '${END}' }}{% endgeneration %}`,
    `{%- elif message.role == 'system' -%}{{ '${SYSTEM}' }}${text}{{ '${END}' }}`,
    `{%- else -%}{% if loop.previtem is defined and loop.previtem.role == 'user' %}{{ '${END}' }}{% endif %}${text}`,
    "{%- endif -%}",
    "{%- endfor -%}",
    `{%- if add_generation_prompt -%}{{ '${ASSISTANT}' }}{%- endif -%}`,
  ].join("\n");
}
