"""The gRPC face of the agents: the same core as /v1, translated to and from kangban.proto."""
