"""The tools of this room."""

from __future__ import annotations

from kangban.ports.tool import ToolSpec
from kangban.toolbox.senses.bodies import body_pose, face_landmarks
from kangban.toolbox.senses.clinical import fhir_query
from kangban.toolbox.senses.fields import depth_map, edges
from kangban.toolbox.senses.marking import mark_image
from kangban.toolbox.senses.painting import (
    edit_image,
    expand_image,
    image_from_control,
    image_from_senses,
    make_image,
)
from kangban.toolbox.senses.sight import ask_image, describe_image
from kangban.toolbox.senses.sound import speech_to_text, text_to_speech
from kangban.toolbox.senses.things import detect_objects, segment_image
from kangban.toolbox.senses.words import ocr

TOOLS: tuple[ToolSpec, ...] = (
    ocr,
    describe_image,
    ask_image,
    detect_objects,
    segment_image,
    edges,
    depth_map,
    body_pose,
    face_landmarks,
    mark_image,
    speech_to_text,
    text_to_speech,
    make_image,
    edit_image,
    expand_image,
    image_from_control,
    image_from_senses,
    fhir_query,
)
