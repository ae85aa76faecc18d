"""Whoever wants to see, hear, speak or draw finds the tool, in Chinese and English."""

from __future__ import annotations

import pytest

from kangban.toolbox.find_tools import find_tools
from kangban.toolbox.shelf import all_tools

ASKED = {
    "ocr": ("识别这张图片上的文字", "read the text in this scan", "照片里的字帮我打出来"),
    "describe_image": ("这张照片里有什么", "caption this photo", "看图说说这是什么"),
    "ask_image": ("图里的人穿什么颜色的衣服", "what colour is the car in this picture"),
    "detect_objects": (
        "框出图中所有的药瓶并数一数",
        "count the pills in this picture",
        "find every cat with bounding boxes",
    ),
    "segment_image": ("把人物从背景里抠出来", "cut the person out of the background", "give me a mask of the wound"),
    "edges": ("提取这张图的边缘轮廓", "canny edges of this image", "转成线稿"),
    "depth_map": ("生成这张图的深度图", "how far away is everything in this photo", "哪个物体离镜头更近"),
    "body_pose": ("深蹲时膝盖弯了多少度", "angle of the knee in this exercise photo", "识别人体姿势关节"),
    "face_landmarks": ("标出脸上的眼睛鼻子嘴巴位置", "landmarks of the face in this picture"),
    "mark_image": ("在图上把药瓶画框标注", "draw boxes on this picture and label them", "write a word on the photo"),
    "speech_to_text": ("把这段录音转成文字", "transcribe this voice memo", "听写语音"),
    "text_to_speech": ("把这段话念出来", "read this paragraph aloud", "朗读给奶奶听"),
    "make_image": ("画一张雪山的图", "draw a picture of a castle", "根据文字生成图片"),
    "edit_image": ("把图里的天空改成晚霞", "remove the object from this photo", "把照片变成水彩风格"),
    "expand_image": ("把这张图向外扩一些", "outpaint this photo to the left", "画面扩展，四周再画一点"),
    "image_from_control": ("按这张线稿画一张彩色的图", "controlnet image from this depth map", "照这个姿势生成图"),
    "image_from_senses": ("听这段声音画一张图", "thermal picture into a normal image", "imagebind audio to image"),
    "fhir_query": ("从电子病历里取检验结果", "get observations from the FHIR server", "query the EHR for medications"),
}


@pytest.mark.parametrize(("name", "question"), [(name, one) for name, asked in ASKED.items() for one in asked])
def test_the_tool_is_among_the_first_five(name: str, question: str) -> None:
    assert name in [each.name for each in find_tools(question, all_tools())]
