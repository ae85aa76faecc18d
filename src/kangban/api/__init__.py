"""The versioned HTTP interface and the calendar feed: a request in, one journey called, JSON out."""
