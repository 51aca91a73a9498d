"""What a contact reads, in each language that contacts are written to: the words a survey starts with, and those around
it. They are no screen texts: which languages the screens speak is another question.
"""

from collections.abc import Mapping
from typing import Final

ENGLISH: Final = "en"
LANGUAGES: Final = {"en": "English", "zh-hans": "简体中文", "zh-hant": "繁體中文", "uk": "Українська"}

# What an administrator may say otherwise, by survey and language.
OWN: Final = (
    "subject",
    "question",
    "why",
    "low",
    "high",
    "follow_promoter",
    "follow_passive",
    "follow_detractor",
    "thanks",
)

PHRASES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "nps.subject": "One question about {company}",
        "nps.question": "How likely are you to recommend {company} to a colleague?",
        "nps.low": "Not at all likely",
        "nps.high": "Extremely likely",
        "csat.subject": "How satisfied are you with {company}?",
        "csat.question": "How satisfied are you with {company}?",
        "csat.low": "Very unsatisfied",
        "csat.high": "Very satisfied",
        "ces.subject": "How easy is it to work with {company}?",
        "ces.question": "{company} makes it easy for me to do my job.",
        "ces.low": "Strongly disagree",
        "ces.high": "Strongly agree",
        "why": "Your answer goes straight to the people who look after you.",
        "follow_promoter": "What do you like most?",
        "follow_passive": "What one thing would make it better?",
        "follow_detractor": "What went wrong, and what should we do about it?",
        "thanks": "Thank you. We read every answer.",
        "hello": "Hello {name},",
        "hello_nobody": "Hello,",
        "click": "Click a number to answer:",
        "open": "To answer, open:",
        "reminder": "A short reminder: we would still like to hear from you.",
        "reminder_subject": "Reminder: {subject}",
        "footer": "You get this mail because you work with {company}.",
        "unsubscribe": "Unsubscribe",
        "scale": "{low} ({least}) to {high} ({most})",
        "comment": "In your own words",
        "comment_hint": "You may leave this empty.",
        "send": "Send answer",
        "choose": "Choose a number first.",
        "wait": "Many answers have come from your network just now. Please send yours in a few minutes.",
        "thanks_title": "Your answer is in",
        "your_score": "Your answer: {score}",
        "change": "Change my answer",
        "until": "You can change it until {day}.",
        "closed_title": "This survey is closed",
        "closed": "Thank you for wanting to answer. Write to us if there is something that we should know.",
        "unknown_title": "This link does not work",
        "unknown": "It may have been cut off. Open it again from the mail, all of it.",
        "confirm_title": "One more press",
        "confirm": "Some mail scanners press buttons, too. Press once more, so that we know that it is you.",
        "unsubscribe_title": "Unsubscribe from our mails?",
        "unsubscribe_ask": "We will not write to this address any more.",
        "unsubscribe_do": "Unsubscribe me",
        "unsubscribed_title": "You are unsubscribed",
        "unsubscribed": "We will not write to this address any more.",
        "leave_empty": "Leave this field empty",
    },
    "zh-hans": {
        "nps.subject": "关于{company}的一个问题",
        "nps.question": "您有多大可能向同事推荐{company}？",
        "nps.low": "完全不可能",
        "nps.high": "非常可能",
        "csat.subject": "您对{company}满意吗？",
        "csat.question": "您对{company}的满意程度如何？",
        "csat.low": "非常不满意",
        "csat.high": "非常满意",
        "ces.subject": "使用{company}是否轻松？",
        "ces.question": "{company}让我轻松地完成工作。",
        "ces.low": "非常不同意",
        "ces.high": "非常同意",
        "why": "您的回答会直接送到为您服务的同事手中。",
        "follow_promoter": "您最满意的是什么？",
        "follow_passive": "哪一点改进会让您更满意？",
        "follow_detractor": "哪里出了问题？您希望我们怎么做？",
        "thanks": "谢谢您。每一条回答我们都会认真阅读。",
        "hello": "{name}，您好！",
        "hello_nobody": "您好！",
        "click": "点击一个数字即可回答：",
        "open": "请打开以下链接回答：",
        "reminder": "温馨提醒：我们仍期待听到您的意见。",
        "reminder_subject": "提醒：{subject}",
        "footer": "您收到此邮件，是因为您是{company}的合作伙伴。",
        "unsubscribe": "退订",
        "scale": "从 {least}（{low}）到 {most}（{high}）",
        "comment": "请用您自己的话说明",
        "comment_hint": "可以留空。",
        "send": "提交回答",
        "choose": "请先选择一个数字。",
        "wait": "您所在的网络刚刚提交了大量回答，请过几分钟再发送。",
        "thanks_title": "已收到您的回答",
        "your_score": "您的回答：{score}",
        "change": "修改我的回答",
        "until": "在 {day} 之前可以修改。",
        "closed_title": "本次调查已结束",
        "closed": "感谢您愿意回答。如有需要告诉我们的事，请写信给我们。",
        "unknown_title": "此链接无效",
        "unknown": "链接可能不完整。请从邮件中重新打开完整的链接。",
        "confirm_title": "请再按一次",
        "confirm": "有些邮件扫描程序也会按下按钮。请再按一次，让我们知道是您本人。",
        "unsubscribe_title": "要退订我们的邮件吗？",
        "unsubscribe_ask": "我们将不再向此地址发送邮件。",
        "unsubscribe_do": "确认退订",
        "unsubscribed_title": "您已退订",
        "unsubscribed": "我们将不再向此地址发送邮件。",
        "leave_empty": "请将此栏留空",
    },
    "zh-hant": {
        "nps.subject": "關於{company}的一個問題",
        "nps.question": "您有多大可能向同事推薦{company}？",
        "nps.low": "完全不可能",
        "nps.high": "非常可能",
        "csat.subject": "您對{company}滿意嗎？",
        "csat.question": "您對{company}的滿意程度如何？",
        "csat.low": "非常不滿意",
        "csat.high": "非常滿意",
        "ces.subject": "使用{company}是否輕鬆？",
        "ces.question": "{company}讓我輕鬆地完成工作。",
        "ces.low": "非常不同意",
        "ces.high": "非常同意",
        "why": "您的回答會直接送到為您服務的同事手中。",
        "follow_promoter": "您最滿意的是什麼？",
        "follow_passive": "哪一點改進會讓您更滿意？",
        "follow_detractor": "哪裡出了問題？您希望我們怎麼做？",
        "thanks": "謝謝您。每一則回答我們都會認真閱讀。",
        "hello": "{name}，您好！",
        "hello_nobody": "您好！",
        "click": "點選一個數字即可回答：",
        "open": "請開啟以下連結回答：",
        "reminder": "溫馨提醒：我們仍期待聽到您的意見。",
        "reminder_subject": "提醒：{subject}",
        "footer": "您收到此郵件，是因為您是{company}的合作夥伴。",
        "unsubscribe": "取消訂閱",
        "scale": "從 {least}（{low}）到 {most}（{high}）",
        "comment": "請用您自己的話說明",
        "comment_hint": "可以留空。",
        "send": "送出回答",
        "choose": "請先選擇一個數字。",
        "wait": "您所在的網路剛剛送出了大量回答，請過幾分鐘再送出。",
        "thanks_title": "已收到您的回答",
        "your_score": "您的回答：{score}",
        "change": "修改我的回答",
        "until": "在 {day} 之前可以修改。",
        "closed_title": "本次調查已結束",
        "closed": "感謝您願意回答。如有需要告訴我們的事，請寫信給我們。",
        "unknown_title": "此連結無效",
        "unknown": "連結可能不完整。請從郵件中重新開啟完整的連結。",
        "confirm_title": "請再按一次",
        "confirm": "有些郵件掃描程式也會按下按鈕。請再按一次，讓我們知道是您本人。",
        "unsubscribe_title": "要取消訂閱我們的郵件嗎？",
        "unsubscribe_ask": "我們將不再寄信到此地址。",
        "unsubscribe_do": "確認取消訂閱",
        "unsubscribed_title": "您已取消訂閱",
        "unsubscribed": "我們將不再寄信到此地址。",
        "leave_empty": "請將此欄留空",
    },
    "uk": {
        "nps.subject": "Одне запитання про {company}",
        "nps.question": "Наскільки ймовірно, що ви порекомендуєте {company} колезі?",
        "nps.low": "Зовсім не ймовірно",
        "nps.high": "Дуже ймовірно",
        "csat.subject": "Чи задоволені ви {company}?",
        "csat.question": "Наскільки ви задоволені {company}?",
        "csat.low": "Зовсім не задоволений(-а)",
        "csat.high": "Цілком задоволений(-а)",
        "ces.subject": "Чи легко вам працювати з {company}?",
        "ces.question": "З {company} мені легко робити свою роботу.",
        "ces.low": "Зовсім не згоден(-на)",
        "ces.high": "Цілком згоден(-на)",
        "why": "Вашу відповідь одразу побачать ті, хто про вас дбає.",
        "follow_promoter": "Що вам подобається найбільше?",
        "follow_passive": "Що одне варто було б поліпшити?",
        "follow_detractor": "Що пішло не так і що нам із цим зробити?",
        "thanks": "Дякуємо. Ми читаємо кожну відповідь.",
        "hello": "Добрий день, {name}!",
        "hello_nobody": "Добрий день!",
        "click": "Щоб відповісти, натисніть число:",
        "open": "Щоб відповісти, відкрийте:",
        "reminder": "Коротке нагадування: нам усе ще важлива ваша думка.",
        "reminder_subject": "Нагадування: {subject}",
        "footer": "Ви отримали цей лист, бо працюєте з {company}.",
        "unsubscribe": "Відписатися",
        "scale": "Від {least} ({low}) до {most} ({high})",
        "comment": "Вашими словами",
        "comment_hint": "Можна залишити порожнім.",
        "send": "Надіслати відповідь",
        "choose": "Спершу оберіть число.",
        "wait": "Щойно з вашої мережі надійшло багато відповідей. Надішліть свою за кілька хвилин.",
        "thanks_title": "Вашу відповідь отримано",
        "your_score": "Ваша відповідь: {score}",
        "change": "Змінити відповідь",
        "until": "Її можна змінити до {day}.",
        "closed_title": "Опитування завершено",
        "closed": "Дякуємо, що хотіли відповісти. Напишіть нам, якщо нам варто щось знати.",
        "unknown_title": "Це посилання не працює",
        "unknown": "Можливо, воно неповне. Відкрийте його з листа ще раз, цілком.",
        "confirm_title": "Натисніть ще раз",
        "confirm": "Деякі програми перевірки пошти теж натискають кнопки. Натисніть ще раз, щоб ми знали, що це ви.",
        "unsubscribe_title": "Відписатися від наших листів?",
        "unsubscribe_ask": "Ми більше не писатимемо на цю адресу.",
        "unsubscribe_do": "Відписати мене",
        "unsubscribed_title": "Вас відписано",
        "unsubscribed": "Ми більше не писатимемо на цю адресу.",
        "leave_empty": "Залиште це поле порожнім",
    },
}


def language_of(*wanted: str) -> str:
    """The first of the wanted languages that contacts can be written to; English where there is none.

    Understands ``zh-CN``, ``zh_TW``, ``zh-Hant-HK``, ``uk-UA``, ``EN``.
    """
    for one in wanted:
        name = one.strip().lower().replace("_", "-")
        if name.startswith("zh"):
            return "zh-hant" if any(part in name for part in ("hant", "tw", "hk", "mo")) else "zh-hans"
        if (short := name.partition("-")[0]) in LANGUAGES:
            return short
    return ENGLISH


def phrase(language: str, name: str, /, **values: object) -> str:
    """One phrase with its values put in."""
    text = PHRASES[language][name]
    return filled(text, **values) if values else text


def own(texts: Mapping[str, Mapping[str, str]], kind: str, language: str, name: str) -> str:
    """What a survey says in a language: its own words, else those it starts with."""
    said = texts.get(language, {}).get(name, "").strip()
    phrases = PHRASES[language]
    return said or phrases.get(f"{kind}.{name}") or phrases[name]


def filled(text: str, /, **values: object) -> str:
    """The text with ``{name}`` replaced; braces that name nothing stay as they are."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
