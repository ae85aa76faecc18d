"""Passage search with tantivy (BM25) over rjieba words.

Both are imported when first asked: rjieba reads its dictionary then, an eighth of a second and 32 MB.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kangban.ports.search import Hit, PassageDoc

if TYPE_CHECKING:
    import tantivy

_WORD = re.compile(r"[0-9a-z]+(?:[.'-][0-9a-z]+)*|[\u3400-\u9fff]+")
_STOP_ZH = "的 了 吗 呢 吧 啊 是 我 你 他 她 它 和 与 或 在 有 要 能 可以 怎么 什么 怎么办 请问 可 也 都 还 就 不 吃"
_STOP_EN = "the a an of to is are i my it for and or in on what how can do does should"
_STOP = frozenset(f"{_STOP_ZH} {_STOP_EN}".split())
_TITLE_WEIGHT, _WORDS_WEIGHT = 2.5, 1.6


def words(text: str) -> list[str]:
    """Words to index or ask by: rjieba's search cut for Chinese plus single Latin words, lower case."""
    import rjieba

    found: list[str] = []
    for run in _WORD.findall(text.lower()):
        if run[0] >= "\u3400":
            found += rjieba.cut_for_search(run, True)
        else:
            found.append(run)
    return [w for w in found if w not in _STOP]


class TantivySearch:
    """An index in memory; rebuilt at start, because the shipped corpus indexes in a blink."""

    def __init__(self, documents: Iterable[PassageDoc] = ()) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        for name in ("title_words", "text_words", "more_words"):
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)
        self._documents: dict[str, PassageDoc] = {}
        self.add(documents)

    def add(self, documents: Iterable[PassageDoc]) -> None:
        """Add or replace passages by id; visible to the next search."""
        import tantivy

        # One writer thread and its smallest heap: the corpus is small, memory is not free.
        writer = self._index.writer(15_000_000, 1)
        for one in documents:
            if one.id in self._documents:
                writer.delete_documents("id", one.id)
            self._documents[one.id] = one
            writer.add_document(
                tantivy.Document(
                    id=one.id,
                    title_words=" ".join(words(one.title)),
                    text_words=" ".join(words(one.text)),
                    more_words=" ".join(words(one.words)),
                )
            )
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, query: str, top: int = 5) -> list[Hit]:
        """Return at most `top` hits, best first; an empty query gives none."""
        import tantivy

        asked = list(dict.fromkeys(words(query[:2000])))[:48]
        if not asked or top < 1:
            return []
        parts: list[tuple[tantivy.Occur, tantivy.Query]] = []
        for word in asked:
            for field, weight in (("title_words", _TITLE_WEIGHT), ("text_words", 1.0), ("more_words", _WORDS_WEIGHT)):
                term = tantivy.Query.term_query(self._schema, field, word, index_option="freq")
                parts.append((tantivy.Occur.Should, tantivy.Query.boost_query(term, weight)))
        found = self._searcher.search(tantivy.Query.boolean_query(parts), top, count=False).hits
        hits: list[Hit] = []
        for score, address in found:
            one = self._documents[self._searcher.doc(address)["id"][0]]
            hits.append(Hit(one.id, one.title, one.text, round(float(score), 4)))
        return hits


class LaterSearch:
    """An index that is built when it is first asked: most commands open the house and never search."""

    def __init__(self, documents: Callable[[], Iterable[PassageDoc]]) -> None:
        self._documents = documents
        self._built: TantivySearch | None = None
        self._once = threading.Lock()

    def built(self) -> TantivySearch:
        """The index, made by whoever comes first; others wait for it."""
        with self._once:
            if self._built is None:
                self._built = TantivySearch(self._documents())
            return self._built

    def add(self, documents: Iterable[PassageDoc]) -> None:
        """See SearchIndex.add."""
        self.built().add(documents)

    def search(self, query: str, top: int = 5) -> list[Hit]:
        """See SearchIndex.search."""
        return self.built().search(query, top)
