"""The catalogue: every code that a report can speak, its group, its words, and what the user should do.

The five groups are the failure reasons of the platform's help page. The order of the catalogue is the order
in which a user is told: first what no new photo cures, then what hides everything else, then the details.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from idcheck.types import Outcome


class Group(StrEnum):
    """The five reasons of the help page."""

    INFO_MISMATCH = "info_mismatch"
    PHOTO_UNCLEAR = "photo_unclear"
    DOCUMENT_EXPIRED = "document_expired"
    ID_LIMIT_REACHED = "id_limit_reached"
    ACCOUNT_VIOLATION = "account_violation"


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of the catalogue.

    Attributes:
        title: what is checked, in neutral words; speaks for checks that passed or could not be decided.
        message: what is wrong, when the check failed; ``{subject}`` stands for the part of the photo.
        remedy: what the user should do next.
        retryable: whether the user can cure it with another submission.
    """

    code: str
    group: Group
    title: Text
    message: Text
    remedy: Text
    retryable: bool = True


GROUP_TEXTS: Final = MappingProxyType(
    {
        Group.INFO_MISMATCH: Text(
            "信息填写错误：姓名、身份证号不匹配", "The name or ID number does not match the card"
        ),
        Group.PHOTO_UNCLEAR: Text(
            "上传的照片不清晰或不符合要求：遮挡、模糊、光线不足等",
            "The photo is unclear or does not meet the requirements: covered, blurred, too dark, …",
        ),
        Group.DOCUMENT_EXPIRED: Text("身份证件已过期", "The identity document has expired"),
        Group.ID_LIMIT_REACHED: Text(
            "同一身份证件已实名认证过其他账号，达到上限",
            "The same document has already verified as many accounts as are allowed",
        ),
        Group.ACCOUNT_VIOLATION: Text(
            "账号本身存在严重违规记录，无法通过实名认证",
            "The account has a record of severe violations and cannot be verified",
        ),
    }
)

SUBJECT_TEXTS: Final = MappingProxyType(
    {
        "name": Text("姓名", "name"),
        "id_number": Text("身份证号码", "ID number"),
        "card": Text("身份证", "card"),
        "face": Text("面部", "face"),
        "photo": Text("照片", "photo"),
        "emblem": Text("国徽面照片", "photo of the emblem side"),
        "sex": Text("性别", "sex"),
        "birth": Text("出生日期", "birth date"),
        "valid_from": Text("有效期起始", "valid from"),
        "valid_until": Text("有效期截止", "valid until"),
        "document": Text("证件", "document"),
        "account": Text("账号", "account"),
    }
)

CAUSE_TEXTS: Final = MappingProxyType(
    {
        "not_supplied": Text("平台未提供该信息", "the platform did not supply it"),
        "no_card": Text("照片中未找到身份证", "no card was found in the photo"),
        "no_face": Text("照片中未找到面部", "no face was found in the photo"),
        "wrong_side": Text("照片拍的不是人像面", "the photo does not show the portrait side"),
        "unknown_character": Text("含有识别模型未收录的字", "a character that the reader does not know"),
        "nothing_read": Text("未读出任何文字", "nothing could be read"),
        "weak_evidence": Text("读取的证据不足", "the evidence is too weak"),
        "more_hidden": Text("前后可能还有被遮住的文字", "something beside it may cover more of it"),
        "claim_invalid": Text("填写的内容本身无效", "what was typed is not valid in itself"),
        "could_not_assess": Text("无法测量", "it could not be measured"),
        "low_confidence": Text("定位把握不足", "it was located with too little confidence"),
        "unusual_term": Text("有效期年限与签发时的年龄不符", "the term does not fit the age at issue"),
        "impossible_dates": Text("有效期的起止日期自相矛盾", "the dates contradict each other"),
        "emblem_no_card": Text(
            "国徽面照片中未找到身份证", "no card was found in the photo of the emblem side"
        ),
        "emblem_wrong_side": Text(
            "国徽面照片拍的不是国徽面", "the photo of the emblem side shows the other side"
        ),
        "not_a_period": Text("读出的文字不是有效期限", "what was read is not a validity period"),
        "implausible_period": Text("读出的有效期限不合常理", "the validity period cannot be as it was read"),
        "number_differs": Text("读出的内容与号码不一致", "it reads otherwise than the number"),
        "typed_differs": Text(
            "填写的有效期与国徽面不一致", "the dates supplied differ from those on the emblem side"
        ),
        "length": Text("不是18位", "it does not have 18 characters"),
        "format": Text("含有数字和末位X以外的字符", "it has characters other than digits and a final X"),
        "region": Text("地区码不存在", "the region code does not exist"),
        "birth_date": Text("出生日期不存在或在未来", "the birth date does not exist or lies in the future"),
        "checksum": Text("校验码不符", "the check character is wrong"),
        "old_format": Text(
            "是15位旧号码，请填写18位号码", "it is an old 15-digit number; the 18-character one is needed"
        ),
    }
)

_PHOTO = Group.PHOTO_UNCLEAR
_RETAKE = Text(
    "请在光线充足处重新拍摄，确保面部和身份证信息清晰可见、无遮挡",
    "Take the photo again in good light, with your face and the card's text clearly visible and uncovered",
)

CATALOGUE: Final = (
    Entry(
        "account.severe_violation",
        Group.ACCOUNT_VIOLATION,
        Text("账号无严重违规记录", "No severe violations on the account"),
        Text("账号本身存在严重违规记录，无法通过实名认证", "The account has a record of severe violations"),
        Text(
            "该账号无法实名认证；如有异议请联系平台客服申诉",
            "This account cannot be verified; contact support to appeal",
        ),
        retryable=False,
    ),
    Entry(
        "document.account_limit_reached",
        Group.ID_LIMIT_REACHED,
        Text("该证件认证的账号数未达上限", "The document may verify another account"),
        Text(
            "同一身份证件已实名认证过其他账号，达到上限",
            "This document has already verified as many accounts as are allowed",
        ),
        Text(
            "请先注销或解绑已认证的其他账号",
            "Close or unbind another account that this document has verified",
        ),
        retryable=False,
    ),
    Entry(
        "document.expired",
        Group.DOCUMENT_EXPIRED,
        Text("身份证件在有效期内", "The document is valid"),
        Text("身份证件已过期", "The identity document has expired"),
        Text("请换领新证后使用有效的身份证件重新认证", "Renew the document, then verify with the valid one"),
        retryable=False,
    ),
    Entry(
        "photo.card_missing",
        _PHOTO,
        Text("照片中有身份证", "The photo shows an identity card"),
        Text("照片中未找到居民身份证", "No resident identity card was found in the photo"),
        Text(
            "请手持本人身份证，将人像面朝向镜头后重新拍摄",
            "Hold your own card, portrait side to the camera, and retake",
        ),
    ),
    Entry(
        "photo.wrong_side",
        _PHOTO,
        Text("身份证为人像面", "The card shows its portrait side"),
        Text("照片拍的是身份证国徽面", "The photo shows the emblem side of the card"),
        Text(
            "请将有照片和姓名的人像面朝向镜头", "Turn the side with the portrait and the name to the camera"
        ),
    ),
    Entry(
        "photo.several_cards",
        _PHOTO,
        Text("照片中只有一张身份证", "The photo shows one card only"),
        Text("照片中有多张身份证", "The photo shows more than one identity card"),
        Text("请只手持一张本人的身份证", "Hold only one card, your own"),
    ),
    Entry(
        "photo.face_missing",
        _PHOTO,
        Text("照片中有持证人面部", "The photo shows the holder's face"),
        Text("照片中未找到持证人的面部", "The holder's face was not found in the photo"),
        Text(
            "请正对镜头，将面部和身份证同时拍入",
            "Face the camera, with your face and the card both in the picture",
        ),
    ),
    Entry(
        "photo.several_faces",
        _PHOTO,
        Text("照片中只有持证人一人", "The photo shows the holder only"),
        Text("照片中有多人", "The photo shows more than one person"),
        Text("请确保照片中只有本人", "Make sure that nobody else is in the picture"),
    ),
    Entry(
        "photo.card_cut_off",
        _PHOTO,
        Text("身份证完整在画面内", "The whole card is in the picture"),
        Text("身份证未完整拍入画面", "Part of the card is outside the picture"),
        Text("请将身份证四个角都拍入画面", "Keep all four corners of the card inside the picture"),
    ),
    Entry(
        "photo.card_too_small",
        _PHOTO,
        Text("身份证足够大", "The card is large enough"),
        Text(
            "身份证在照片中过小，无法看清文字", "The card is too small in the photo for its text to be seen"
        ),
        Text(
            "请将身份证靠近镜头，或使用更高的拍摄分辨率",
            "Hold the card closer to the camera or use a higher resolution",
        ),
    ),
    Entry(
        "photo.card_occluded",
        _PHOTO,
        Text("{subject}无遮挡", "The {subject} is not covered"),
        Text("{subject}被遮挡", "The {subject} is covered"),
        Text(
            "请用手指捏住身份证边缘，不要遮住文字和照片",
            "Hold the card by its edge; keep fingers off text and portrait",
        ),
    ),
    Entry(
        "photo.face_occluded",
        _PHOTO,
        Text("面部无遮挡", "The face is not covered"),
        Text("面部被遮挡", "The face is covered"),
        Text(
            "请摘下口罩、墨镜，不要让手或身份证挡住面部",
            "Take off mask and sunglasses; keep hand and card away from your face",
        ),
    ),
    Entry(
        "photo.blurred",
        _PHOTO,
        Text("{subject}清晰", "The {subject} is sharp"),
        Text("{subject}模糊", "The {subject} is blurred"),
        Text("请持稳手机，对焦在身份证上后重新拍摄", "Hold the phone still, focus on the card and retake"),
    ),
    Entry(
        "photo.low_light",
        _PHOTO,
        Text("{subject}光线充足", "The {subject} has enough light"),
        Text("{subject}光线不足", "The {subject} is too dark"),
        Text("请到光线充足处重新拍摄", "Retake where there is more light"),
    ),
    Entry(
        "photo.overexposed",
        _PHOTO,
        Text("{subject}未过曝", "The {subject} is not overexposed"),
        Text("{subject}过曝", "The {subject} is overexposed"),
        Text("请避开强光和闪光灯重新拍摄", "Retake away from strong light, without flash"),
    ),
    Entry(
        "photo.glare",
        _PHOTO,
        Text("{subject}无反光", "The {subject} has no glare"),
        Text("{subject}有反光", "Glare hides part of the {subject}"),
        Text("请稍微倾斜身份证，避开灯光反射", "Tilt the card a little so that it reflects no lamp"),
    ),
    Entry(
        "photo.unreadable",
        _PHOTO,
        Text("{subject}可读", "The {subject} can be read"),
        Text("{subject}无法识读", "The {subject} cannot be read"),
        _RETAKE,
    ),
    Entry(
        "info.id_number_invalid",
        Group.INFO_MISMATCH,
        Text("填写的身份证号有效", "The ID number that was typed is a valid one"),
        Text("填写的身份证号无效", "The ID number that was typed is not valid"),
        Text("请核对并重新填写18位身份证号", "Check and retype the 18-character ID number"),
    ),
    Entry(
        "info.id_number_mismatch",
        Group.INFO_MISMATCH,
        Text("身份证号与证件一致", "The ID number matches the card"),
        Text("填写的身份证号与证件不一致", "The ID number that was typed differs from the card's"),
        Text("请按身份证上的号码重新填写", "Retype the number as it is printed on the card"),
    ),
    Entry(
        "info.name_mismatch",
        Group.INFO_MISMATCH,
        Text("姓名与证件一致", "The name matches the card"),
        Text("填写的姓名与证件不一致", "The name that was typed differs from the card's"),
        Text(
            "请按身份证上的姓名重新填写，注意形近字和间隔号",
            "Retype the name as printed, minding look-alikes and the dot",
        ),
    ),
    Entry(
        "info.card_inconsistent",
        Group.INFO_MISMATCH,
        Text("证件上的{subject}与证件号码相符", "The {subject} on the card agrees with the card's number"),
        Text("证件上的{subject}与证件号码不符", "The {subject} on the card disagrees with the card's number"),
        Text(
            "请等待人工审核；如拍摄不清，可重新拍摄本人身份证",
            "Wait for a person to look at it; if the photo is unclear, retake it with your own card",
        ),
    ),
    Entry(
        "document.validity_inconsistent",
        Group.DOCUMENT_EXPIRED,
        Text("有效期限合理", "The validity period is plausible"),
        Text("证件有效期限自相矛盾", "The validity period contradicts itself"),
        Text(
            "请核对身份证国徽面的有效期限后重新提交",
            "Check the validity period on the emblem side and resubmit",
        ),
    ),
    Entry(
        "document.expires_soon",
        Group.DOCUMENT_EXPIRED,
        Text("证件不会很快到期", "The document does not expire soon"),
        Text("身份证件即将到期", "The identity document expires soon"),
        Text("请及时换领新证", "Renew the document in time"),
    ),
)

BY_CODE: Final = MappingProxyType({entry.code: entry for entry in CATALOGUE})
ORDER: Final = MappingProxyType({entry.code: rank for rank, entry in enumerate(CATALOGUE)})


_EMBLEM_REMEDY: Final = Text(
    "请拍摄印有有效期限的国徽面，保持清晰、无遮挡",
    "Photograph the side with the emblem and the validity period, sharp and uncovered",
)
_OF_EMBLEM_PHOTO: Final = MappingProxyType(
    {
        "photo.card_missing": Entry(
            "photo.card_missing",
            _PHOTO,
            Text("国徽面照片中有身份证", "The photo of the emblem side shows an identity card"),
            Text(
                "国徽面照片中未找到居民身份证",
                "No resident identity card was found in the photo of the emblem side",
            ),
            _EMBLEM_REMEDY,
        ),
        "photo.wrong_side": Entry(
            "photo.wrong_side",
            _PHOTO,
            Text("国徽面照片拍的是国徽面", "The photo of the emblem side shows that side"),
            Text("国徽面照片拍的是身份证人像面", "The photo of the emblem side shows the portrait side"),
            _EMBLEM_REMEDY,
        ),
    }
)
"""The words where a code speaks of the second photo."""


_HARDLY_READ: Final = frozenset(
    {"nothing_read", "not_a_period", "weak_evidence", "impossible_dates", "implausible_period"}
)


def remedy_of(code: str, subject: str, cause: str | None) -> Text:
    """What the user should do: where only the emblem side could not be read, not renew the document.

    Raises:
        KeyError: the code is not in the catalogue.
    """
    if code == "document.expired" and cause in _HARDLY_READ:
        return _EMBLEM_REMEDY
    return entry_of(code, subject).remedy


def entry_of(code: str, subject: str) -> Entry:
    """The entry whose words fit a check's subject.

    Raises:
        KeyError: the code is not in the catalogue.
    """
    return _OF_EMBLEM_PHOTO.get(code, BY_CODE[code]) if subject == "emblem" else BY_CODE[code]


def message(code: str, outcome: Outcome, subject: str, cause: str | None) -> Text:
    """What the report says of one check.

    Raises:
        KeyError: the code or the subject is not in the catalogue.
    """
    entry, part = entry_of(code, subject), SUBJECT_TEXTS[subject]
    text = entry.message if outcome is Outcome.FAIL else entry.title
    zh, en = text.zh.format(subject=part.zh), text.en.format(subject=part.en)
    because = CAUSE_TEXTS.get(cause) if cause else None
    reason_zh, reason_en = (f"（{because.zh}）", f" ({because.en})") if because else ("", "")
    if outcome in (Outcome.INDETERMINATE, Outcome.NOT_ASSESSED):
        return Text(
            f"无法确认：{zh}{reason_zh}", f"Could not be confirmed: {en[0].lower()}{en[1:]}{reason_en}"
        )
    return Text(zh + reason_zh, en + reason_en)
