"""Tools: bodies with their joints and angles, faces with their landmarks. Numbers, and no judgement of health."""

from __future__ import annotations

from typing import Any

from kangban.ports.media import ImageMedia
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.ports.vision import KeyPoint, SeenBody, Size
from kangban.toolbox.senses.joints import joint_angles, level
from kangban.toolbox.senses.seeing import (
    SEEING,
    Corners,
    Least,
    Most,
    Unit,
    bare_picture,
    eyes,
    placed,
    sized,
    wanted_in,
)

_PLANE = "degrees in the plane of the picture: a limb that points to the camera looks bent or straight by chance"


@tool("body_pose", **SEEING, gives=("image",), examples=({"image": "media:0a1b2c3d4e5f"},))
async def body_pose(
    context: ToolContext,
    image: ImageMedia,
    box: Corners | None = None,
    unit: Unit = "pixels",
    least: Least = 0.25,
    most: Most = 10,
) -> ToolResult:
    """Joints of the people in a picture, with the angles of elbows, shoulders, hips and knees. 人体姿态：关节点和角度。

    image: the picture
    box: [x0, y0, x1, y1] around the person meant
    unit: whether the box is in pixels or in shares (0-1) of width and height
    least: how sure at least, 0-1
    most: how many people at most
    """
    picture = await bare_picture(context, image)
    wanted = wanted_in(picture.size, unit, box, least=least, most=most)
    seen = await eyes(outside_of(context), "pose").pose(picture.media, wanted)
    people = [_body(each, picture.size) for each in seen.bodies]
    content = {
        "picture": sized(picture.size), "people": people, "more": seen.more, "angles_are": _PLANE,
        "skeletons": seen.picture.ref if seen.picture else None,
    }  # fmt: skip
    return ToolResult(content, media=() if seen.picture is None else (seen.picture,))


@tool("face_landmarks", **SEEING, examples=({"image": "media:0a1b2c3d4e5f"},))
async def face_landmarks(
    context: ToolContext, image: ImageMedia, box: Corners | None = None, unit: Unit = "pixels", most: Most = 5
) -> ToolResult:
    """Landmarks of a face: eyes, nose, mouth, jaw, as points. 人脸关键点：五官位置。Nobody is recognised by it.

    image: the picture
    box: [x0, y0, x1, y1] around the face, where the picture shows more than a face
    unit: whether the box is in pixels or in shares (0-1) of width and height
    most: how many faces at most
    """
    picture = await bare_picture(context, image)
    wanted = wanted_in(picture.size, unit, box, most=most)
    seen = await eyes(outside_of(context), "face").face(picture.media, wanted)
    faces: list[dict[str, Any]] = []
    for each in seen.bodies:
        named = {point.name: point for point in each.points}
        faces.append({
            "confidence": each.confidence, "box": placed(each.area, picture.size),
            "points": [_point(point, picture.size) for point in each.points],
            "eye_line_tilt_degrees": level(named, "left_eye", "right_eye"),
        })  # fmt: skip
    return ToolResult({"picture": sized(picture.size), "faces": faces, "more": seen.more})


def _body(body: SeenBody, size: Size) -> dict[str, Any]:
    named = {point.name: point for point in body.points}
    return {
        "confidence": body.confidence, "box": placed(body.area, size),
        "points": [_point(point, size) for point in body.points],
        "angles": joint_angles(named),
        "shoulder_tilt_degrees": level(named, "left_shoulder", "right_shoulder"),
        "hip_tilt_degrees": level(named, "left_hip", "right_hip"),
    }  # fmt: skip


def _point(point: KeyPoint, size: Size) -> dict[str, Any]:
    share = [round(point.x / size.width, 4), round(point.y / size.height, 4)]
    return {"name": point.name, "pixels": [point.x, point.y], "share": share, "confidence": point.confidence}
