"""Asks a server for what OpenAI's API promises, with OpenAI's own client for Python.

`conformance.py URL MODEL [KEY]` prints one line of JSON for each check, in the order and under the
names of the TypeScript version beside this file: `{"check": ..., "kept": ..., "note": ...}`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import openai

MESSAGES = [{"role": "user", "content": "Your task is to: put a mug in desk."}]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"verb": {"enum": ["go", "take"]}, "sure": {"type": "boolean"}},
    "required": ["verb", "sure"],
    "additionalProperties": False,
}
TOOL = {
    "type": "function",
    "function": {"name": "act", "description": "Does something", "parameters": SCHEMA},
}

Check = Callable[["Subject"], None]


class Subject:
    """A server's model, and the one request that most checks vary."""

    def __init__(self, client: openai.OpenAI, model: str) -> None:
        self.client = client
        self.model = model

    def chat(self, **options: Any) -> Any:
        """The answer at temperature 0, or its stream."""
        request = {"model": self.model, "messages": MESSAGES, "temperature": 0, "max_tokens": 24}
        return self.client.chat.completions.create(**{**request, **options})


def expect(holds: bool, otherwise: str) -> None:
    """Fails with `otherwise`."""
    if not holds:
        raise AssertionError(otherwise)


def equal(found: object, wanted: object) -> None:
    """Fails where the two differ."""
    expect(found == wanted, f"{found!r} instead of {wanted!r}")


def check_command(text: str | None) -> None:
    """Fails where a text is not JSON of the schema."""
    value = json.loads(text or "")
    fits = value.get("verb") in ("go", "take") and isinstance(value.get("sure"), bool)
    expect(fits, f"not the schema's: {text}")


def models_listed(subject: Subject) -> None:
    ids = [model.id for model in subject.client.models.list()]
    expect(subject.model in ids, f"the list is {', '.join(ids)}")


def chat_answers(subject: Subject) -> None:
    completion = subject.chat()
    equal(completion.object, "chat.completion")
    equal(completion.choices[0].message.role, "assistant")
    expect(bool(completion.choices[0].message.content), "no content")


def usage_adds_up(subject: Subject) -> None:
    usage = subject.chat(max_tokens=2).usage
    equal(usage.completion_tokens, 2)
    equal(usage.total_tokens, usage.prompt_tokens + 2)


def max_tokens_cuts(subject: Subject) -> None:
    equal(subject.chat(max_tokens=1).choices[0].finish_reason, "length")


def stream_is_the_same(subject: Subject) -> None:
    choice = subject.chat().choices[0]
    text, finish = "", None
    for chunk in subject.chat(stream=True):
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
            finish = chunk.choices[0].finish_reason or finish
    equal(text, choice.message.content)
    equal(finish, choice.finish_reason)


def stream_usage(subject: Subject) -> None:
    tokens = None
    options = {"stream": True, "stream_options": {"include_usage": True}}
    for chunk in subject.chat(max_tokens=3, **options):
        tokens = chunk.usage.completion_tokens if chunk.usage else tokens
    equal(tokens, 3)


def stop_ends(subject: Subject) -> None:
    whole = subject.chat().choices[0].message.content
    stop = whole[-3:]
    choice = subject.chat(stop=[stop]).choices[0]
    equal(choice.message.content, whole[: whole.index(stop)])
    equal(choice.finish_reason, "stop")


def seed_repeats(subject: Subject) -> None:
    def draw(seed: int) -> str:
        answer = subject.chat(temperature=2, seed=seed, max_tokens=12)
        return answer.choices[0].message.content or ""

    first = draw(1)
    equal(draw(1), first)
    expect(any(draw(seed) != first for seed in (2, 3, 4)), "four seeds draw the same")


def n_answers(subject: Subject) -> None:
    choices = subject.chat(n=3, temperature=2, seed=1, max_tokens=12).choices
    equal([choice.index for choice in choices], [0, 1, 2])
    expect(len({choice.message.content for choice in choices}) > 1, "all are the same")


def logprobs(subject: Subject) -> None:
    found = subject.chat(logprobs=True, top_logprobs=2, max_tokens=2).choices[0].logprobs
    tokens = (found.content if found else None) or []
    equal(len(tokens), 2)
    for token in tokens:
        expect(token.logprob <= 0, f"a log-probability of {token.logprob}")
        equal(len(token.top_logprobs), 2)
        equal(token.top_logprobs[0].token, token.token)


def json_schema(subject: Subject) -> None:
    schema = {"name": "command", "schema": SCHEMA, "strict": True}
    response_format = {"type": "json_schema", "json_schema": schema}
    completion = subject.chat(response_format=response_format, max_tokens=200)
    check_command(completion.choices[0].message.content)


def required_tool(subject: Subject) -> None:
    options = {"tools": [TOOL], "tool_choice": "required", "max_tokens": 200}
    choice = subject.chat(**options).choices[0]
    equal(choice.finish_reason, "tool_calls")
    calls = choice.message.tool_calls or []
    expect(len(calls) > 0 and calls[0].function.name == "act", "no call of the tool")
    check_command(calls[0].function.arguments)


def completions_continue(subject: Subject) -> None:
    request = {"model": subject.model, "prompt": "go to", "temperature": 0, "max_tokens": 3}
    completion = subject.client.completions.create(**request)
    equal(completion.object, "text_completion")
    equal(completion.choices[0].finish_reason, "length")
    equal(completion.usage.completion_tokens, 3)
    text = ""
    for chunk in subject.client.completions.create(**request, stream=True):
        text += (chunk.choices[0].text or "") if chunk.choices else ""
    equal(text, completion.choices[0].text)


def fails(subject: Subject, statuses: list[int], **options: Any) -> openai.APIStatusError:
    """The error that a request gets."""
    try:
        subject.chat(**options)
    except openai.APIStatusError as error:
        expect(error.status_code in statuses, f"status {error.status_code}: {error.message}")
        return error
    raise AssertionError("it was answered")


def unknown_model(subject: Subject) -> None:
    fails(subject, [400, 404], model="no-such-model")


def wrong_value(subject: Subject) -> None:
    error = fails(subject, [400], temperature=-1)
    expect(isinstance(error.body, dict) and "type" in error.body, f"the body is {error.body!r}")
    equal(error.param, "temperature")


CHECKS: dict[str, Check] = {
    "models are listed": models_listed,
    "chat answers": chat_answers,
    "usage adds up": usage_adds_up,
    "max_tokens cuts with finish_reason length": max_tokens_cuts,
    "a stream is the same text in pieces": stream_is_the_same,
    "stream_options.include_usage": stream_usage,
    "stop ends the text before the string": stop_ends,
    "the same seed draws the same": seed_repeats,
    "n answers": n_answers,
    "logprobs and top_logprobs": logprobs,
    "response_format json_schema": json_schema,
    "a required tool is called": required_tool,
    "completions continue a text": completions_continue,
    "an unknown model is an API error": unknown_model,
    "a wrong value is a 400 in OpenAI's shape": wrong_value,
}


def main() -> None:
    """Runs every check against the server named on the command line."""
    url, model, *key = sys.argv[1:]
    api_key = key[0] if key else "none"
    client = openai.OpenAI(base_url=url, api_key=api_key, max_retries=0, timeout=60)
    for name, check in CHECKS.items():
        note = ""
        try:
            check(Subject(client, model))
        except Exception as error:  # any failure is a finding
            note = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        print(json.dumps({"check": name, "kept": note == "", "note": note}), flush=True)


if __name__ == "__main__":
    main()
