"""One outline as slides, a Word file or a PDF; bounded, written in a thread."""
