"""LibreTranslate and DeepL.

LibreTranslate: POST /translate as its readme shows it (github.com/LibreTranslate, read 2026-11-21 through a public copy);
errors as {"error": …}. DeepL: developers.deepl.com, "Authentication", "Your first API request", "Error handling" (429, 456),
read 2026-11-21.
"""

from __future__ import annotations

import json

from tests.support.web_stubs import Answer, Asked, Told

WORDS = {"每日两次，每次 500 mg": "Twice a day, 500 mg each", "0.5 片": "5 tablets"}


def libretranslate(asked: Asked) -> Told:
    body = json.loads(asked.body)
    if body.get("api_key", "good") != "good":
        return Told({"error": "Invalid API key"}, 403)
    if body["target"] == "xx":
        return Told({"error": "xx is not supported"}, 400)
    return Told(
        {"detectedLanguage": {"confidence": 90, "language": "zh"}, "translatedText": WORDS.get(body["q"], body["q"])}
    )


def deepl(asked: Asked) -> Told:
    if asked.headers.get("authorization") not in ("DeepL-Auth-Key good", "DeepL-Auth-Key good:fx"):
        return Told({"message": "Forbidden"}, 403)
    body = json.loads(asked.body)
    if body["text"] == ["quota"]:
        return Told({"message": "Quota Exceeded"}, 456)
    assert body["target_lang"].isupper()
    return Told(
        {"translations": [{"detected_source_language": "ZH", "text": WORDS.get(body["text"][0], body["text"][0])}]}
    )


SERVICES: dict[str, Answer] = {"libretranslate": libretranslate, "deepl": deepl}
