"""Eyes, ears, voice and brush behind a server's address: one fetch, which decides where a connection may go."""

from __future__ import annotations

from kangban.adapters.sense_endpoints.asking import SensePlace
from kangban.adapters.sense_endpoints.pictures import EndpointImages
from kangban.adapters.sense_endpoints.speech import EndpointListener, EndpointSpeaker
from kangban.adapters.sense_endpoints.vision import EndpointVision

__all__ = ["EndpointImages", "EndpointListener", "EndpointSpeaker", "EndpointVision", "SensePlace"]
