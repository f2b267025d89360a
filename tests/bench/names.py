"""Names as they are distributed: what decides how many guests share two first letters.

Shares are per mille of the people who speak a language, rounded from published name statistics;
those who are not listed share the rest. Nobody in particular is meant.
"""

# ruff: noqa: RUF001 - names are written as their owners write them
from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

Shares = Mapping[str, int]


class Language(NamedTuple):
    """How people are called: common given and family names, and some of the rest."""

    given: Shares
    family: Shares
    other_given: str
    other_family: str
    family_first: bool = False
    joint: str = " "


LANGUAGES: dict[str, Language] = {
    "en": Language(
        given={
            "James": 22, "John": 21, "Robert": 18, "Michael": 20, "William": 17, "David": 18,
            "Mary": 16, "Patricia": 9, "Jennifer": 10, "Linda": 9, "Elizabeth": 9, "Barbara": 8,
            "Susan": 8, "Jessica": 8, "Sarah": 9, "Thomas": 10, "Daniel": 11, "Matthew": 9,
            "Anthony": 8, "Mark": 9, "Emily": 9, "Joshua": 7, "Andrew": 8, "Jack": 8, "Oliver": 7,
            "Olivia": 8, "Emma": 8, "Charlotte": 7, "Amelia": 6, "George": 7, "Harry": 6,
            "Margaret": 8, "Joseph": 8, "Jacob": 6, "Jane": 5, "Janet": 4, "Joan": 4, "Joanna": 3,
        },
        family={"Smith": 12, "Johnson": 7, "Williams": 7, "Brown": 7, "Jones": 7, "Taylor": 5},
        other_given="Alan Beth Colin Diane Edith Fiona Gareth Hazel Ian Keith Laura Martin Nora "
        "Owen Paul Ruth Simon Tom Una Victor Wendy Zara Stephen Helen Marcus Maureen",
        other_family="Ashdown Barker Clarke Dawson Ellis Foster Grant Holmes Irwin Kent Lowe Moss",
    ),
    "de": Language(
        given={
            "Maria": 14, "Peter": 17, "Michael": 21, "Thomas": 20, "Andreas": 17, "Wolfgang": 11,
            "Klaus": 10, "Ursula": 10, "Sabine": 11, "Monika": 9, "Petra": 10, "Martin": 10,
            "Markus": 10, "Matthias": 8, "Manfred": 7, "Max": 8, "Marie": 9, "Martina": 6,
            "Manuela": 5, "Marion": 4, "Mario": 4, "Stefan": 14, "Christian": 13, "Anna": 12,
            "Julia": 11, "Lukas": 8, "Leon": 8, "Sandra": 8, "Stefanie": 8, "Claudia": 8,
            "Katharina": 7, "Hans": 9, "Jürgen": 9, "Karin": 8, "Birgit": 7, "Laura": 8,
        },
        family={"Müller": 9, "Schmidt": 7, "Schneider": 4, "Fischer": 4, "Weber": 3, "Meyer": 3},
        other_given="Alma Bernd Carla Dieter Emil Frieda Georg Heike Ilse Jan Kurt Lena Nils Otto "
        "Paula Rolf Silke Tim Uwe Vera Werner Yvonne Zoe Erik Moritz Mats",
        other_family="Albers Brandt Dietz Engel Frank Graf Horn Jung Kaiser Lang Nowak Otto Roth",
    ),
    "fr": Language(
        given={
            "Marie": 32, "Jean": 20, "Pierre": 11, "Michel": 11, "André": 6, "Philippe": 10,
            "Nathalie": 8, "Isabelle": 8, "Catherine": 8, "Nicolas": 8, "Christophe": 8,
            "Sophie": 8, "Martine": 6, "Julien": 7, "Camille": 7, "Léa": 6, "Manon": 5,
            "Mathieu": 5, "Maxime": 5, "Marc": 5, "Marion": 4, "Mathilde": 4, "Monique": 6,
            "Thomas": 8, "Lucas": 6, "Hugo": 5, "Emma": 6, "Jade": 4, "Louis": 6, "Louise": 5,
        },
        family={"Martin": 4, "Bernard": 2, "Dubois": 2, "Thomas": 2, "Robert": 2, "Richard": 2},
        other_given="Alice Benoît Chloé Denis Élise Fabien Gilles Hélène Inès Karim Lise Maëlle "
        "Noé Odile Paul Rémi Sylvie Théo Yann Zoé Antoine Brigitte",
        other_family="Aubert Blanc Caron Denis Faure Garnier Henry Joly Lemaire Morel Noël Picard",
    ),
    "es": Language(
        given={
            "María": 55, "José": 30, "Antonio": 16, "Juan": 18, "Manuel": 13, "Francisco": 12,
            "Carmen": 11, "Ana": 12, "Isabel": 7, "Laura": 8, "David": 9, "Javier": 8,
            "Daniel": 8, "Carlos": 9, "Jesús": 7, "Miguel": 9, "Alejandro": 7, "Lucía": 6,
            "Marta": 6, "Marcos": 4, "Mario": 4, "Martín": 4, "Pablo": 6, "Pedro": 7, "Sara": 5,
        },
        family={"García": 31, "Rodríguez": 20, "González": 20, "Fernández": 19, "López": 18},
        other_given="Alba Bruno Clara Diego Elena Fermín Gloria Hugo Irene Jorge Leo Mateo Nuria "
        "Óscar Paula Raúl Sergio Teresa Unai Vera Yolanda",
        other_family="Aguilar Blanco Cano Díaz Gil Herrera Iglesias Molina Navarro Ortega Prieto",
    ),
    "pl": Language(
        given={"Anna": 28, "Maria": 17, "Katarzyna": 16, "Piotr": 18, "Krzysztof": 16, "Jan": 17,
               "Małgorzata": 14, "Marek": 10, "Marcin": 12, "Magdalena": 9, "Marta": 7,
               "Agnieszka": 14, "Andrzej": 14, "Tomasz": 14, "Paweł": 13},
        family={"Nowak": 5, "Kowalski": 4, "Wiśniewski": 3},
        other_given="Beata Cezary Daria Ewa Filip Grażyna Hubert Iga Jakub Kinga Lena Olga Rafał",
        other_family="Adamczyk Bąk Cieślak Duda Górski Jabłoński Lis Mazur Pawlak Rutkowski Sikora",
    ),
    "ru": Language(
        given={"Александр": 50, "Елена": 40, "Сергей": 40, "Ольга": 35, "Наталья": 33,
               "Татьяна": 32, "Анна": 28, "Андрей": 30, "Алексей": 30, "Анастасия": 22,
               "Дмитрий": 28, "Мария": 24, "Ирина": 26, "Михаил": 18, "Иван": 20},
        family={"Иванов": 9, "Смирнов": 8, "Кузнецов": 7},
        other_given="Борис Вера Галина Денис Егор Жанна Зоя Кирилл Лев Николай Павел Роман Юлия",
        other_family="Белов Волков Громов Ершов Зайцев Козлов Лебедев Орлов Павлов Соколов",
    ),
    "zh": Language(
        given={"伟": 8, "芳": 7, "娜": 6, "敏": 6, "静": 7, "丽": 6, "强": 6, "磊": 6, "洋": 5,
               "子涵": 6, "欣怡": 6, "浩然": 6, "雨桐": 6, "宇轩": 5, "建国": 5},
        family={"王": 72, "李": 71, "张": 68, "刘": 54, "陈": 46, "杨": 31, "赵": 23, "黄": 23,
                "周": 21, "吴": 20, "徐": 17, "孙": 15, "胡": 13, "朱": 13, "高": 12},
        other_given="安 博 成 东 飞 刚 海 佳 凯 岚 明 宁 平 琪 然 思 涛 文 晓 雪 颖 哲",
        other_family="丁 方 冯 郭 韩 何 江 梁 林 罗 马 宋 唐 田 谢 许 叶 袁 曾 郑",
        family_first=True,
        joint="",
    ),
    "ja": Language(
        given={"翔太": 9, "美咲": 9, "陽菜": 8, "蓮": 8, "葵": 8, "健太": 7, "愛": 7, "大輔": 7},
        family={"佐藤": 15, "鈴木": 14, "高橋": 11, "田中": 11, "伊藤": 9, "渡辺": 9, "山本": 8,
                "中村": 8, "小林": 8, "加藤": 7},
        other_given="一郎 花子 誠 直樹 恵 優 翼 結衣 涼 早紀 拓海 楓",
        other_family="石井 井上 上田 大野 岡田 木村 久保 後藤 斎藤 坂本 清水 武田 中島 西村 松本",
        family_first=True,
    ),
    "ko": Language(
        given={"민준": 12, "서연": 11, "지훈": 10, "지우": 10, "현우": 9, "수빈": 9, "예은": 8},
        family={"김": 215, "이": 147, "박": 84, "최": 47, "정": 43, "강": 24, "조": 21, "윤": 21,
                "장": 20, "임": 17, "한": 15, "오": 15, "서": 15, "신": 15, "권": 14},
        other_given="가은 나연 다은 도윤 미래 보람 상현 아름 영수 은지 재민 태호 하늘 혜진",
        other_family="고 구 나 남 노 문 배 백 성 손 송 안 유 전 허 홍 황",
        family_first=True,
        joint="",
    ),
    "vi": Language(
        given={"Anh": 60, "Hương": 40, "Linh": 45, "Minh": 40, "Hùng": 35, "Lan": 30, "Nam": 30},
        family={"Nguyễn": 380, "Trần": 120, "Lê": 95, "Phạm": 70, "Hoàng": 51, "Huỳnh": 40,
                "Phan": 45, "Vũ": 39, "Đặng": 21, "Bùi": 20, "Đỗ": 14, "Hồ": 13, "Ngô": 13},
        other_given="Bình Chi Dũng Giang Hà Khánh Mai Nga Oanh Phúc Quân Sơn Thảo Tuấn Vân Yến",
        other_family="Cao Chu Đinh Dương Hà Lâm Lý Mai Tạ Thái Tô Trịnh Trương Võ",
        family_first=True,
    ),
    "ar": Language(
        given={"محمد": 120, "أحمد": 60, "علي": 40, "فاطمة": 35, "مريم": 25, "محمود": 20,
               "يوسف": 22, "عمر": 22, "خالد": 18, "حسن": 20, "نور": 15},
        family={"العلي": 8, "الأحمد": 7, "حسن": 6},
        other_given="آمنة بسمة جمال دينا رامي زينب سارة طارق ليلى منى هدى وليد",
        other_family="الحداد الخطيب المصري النجار حمدان سليمان عيسى منصور ناصر",
    ),
}  # fmt: skip

MIXED = {
    "en": 30, "de": 16, "fr": 10, "es": 12, "pl": 4, "ru": 4, "zh": 8, "ja": 4, "ko": 4, "vi": 4,
    "ar": 4,
}  # fmt: skip
"""Per cent of the guests of a large international event: an assumption, not a measurement."""


def names(seed: int, languages: Mapping[str, int] = MIXED) -> Iterator[tuple[str, str]]:
    """Yield (language, full name) without end, the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - a fixed crowd
    tables = {
        code: (_Drawn(one.given, one.other_given), _Drawn(one.family, one.other_family))
        for code, one in LANGUAGES.items()
        if code in languages
    }
    codes, weights = list(languages), list(languages.values())
    while True:
        code = dice.choices(codes, weights)[0]
        given, family = (table.draw(dice) for table in tables[code])
        one = LANGUAGES[code]
        yield code, one.joint.join((family, given) if one.family_first else (given, family))


class _Drawn:
    def __init__(self, shares: Shares, others: str) -> None:
        rest = others.split()
        left = max(0, 1000 - sum(shares.values()))
        self._names = [*shares, *rest]
        self._sums = list(accumulate([*shares.values(), *[left / len(rest)] * len(rest)]))

    def draw(self, dice: random.Random) -> str:
        return dice.choices(self._names, cum_weights=self._sums)[0]
