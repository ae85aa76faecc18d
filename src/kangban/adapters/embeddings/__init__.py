"""Vectors and reranking from a server of this machine's own, over HTTP. httpx is loaded with the first request."""

from kangban.adapters.embeddings.rerank import ServerReranker
from kangban.adapters.embeddings.vectors import ServerEmbedder
from kangban.adapters.embeddings.wire import ServerSettings

__all__ = ["ServerEmbedder", "ServerReranker", "ServerSettings"]
