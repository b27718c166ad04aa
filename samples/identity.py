"""Fictional people: names, addresses, and citizen identity numbers that are valid but never issued."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

SEQUENCE = "000"  # never issued; even, so the holder is a woman by GB 11643


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
DOUBLE_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉红建国文辉力健世广志义兴良海山仁波宁贵福生龙元全胜学祥才发武"
    "新利清飞彬富顺信子安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮"
    "翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以建家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘雨欣怡佳琪梦婷雪慧琳"
    "晓萍月莹倩凤洁梅琴素云莲真环荣爱妹香莺媛瑞凡嘉琼勤珍贞莉叶璧璐娅琦晶妍茜秋珊莎锦黛青姬舒影荔枝丽阳妮"
)
RARE = (
    "喆昇堃淼焱鑫垚翀赟頔彧璟珺玥翊琰昱晔煜燚犇骉羴叒珂玮璠瑄暄晞昀澍濛潆沄湉骁骅骐珈翾韡昕旻旸暐祎褀禛芃茗荃"
)
MINORITY = _words(
    "阿依古丽·买买提 努尔买买提·艾力 古丽娜尔·阿不都拉 迪丽努尔·吐尔逊 巴特尔·孟和 "
    "其其格·那仁 次仁·卓玛 扎西·多吉 德吉·央宗 阿卜杜热合曼·麦麦提明 帕提古丽·玉素甫 "
    "热依汗·依米提 吉克·阿依 卡米拉·哈力木拉提"
)
ETHNICITIES = _words("满 回 壮 苗 土家 彝 布依 朝鲜 侗 瑶 白 哈尼 黎 傣 畲 锡伯")
MINORITY_ETHNICITIES = _words("维吾尔 蒙古 藏 哈萨克 彝 柯尔克孜")

# Region code and place of GB/T 2260, one word each.
_REGIONS = _words(
    "110101北京市东城区 110105北京市朝阳区 120103天津市河西区 130102河北省石家庄市长安区 "
    "140105山西省太原市小店区 150102内蒙古自治区呼和浩特市新城区 210102辽宁省沈阳市和平区 "
    "220102吉林省长春市南关区 230103黑龙江省哈尔滨市南岗区 310104上海市徐汇区 310115上海市浦东新区 "
    "320102江苏省南京市玄武区 320505江苏省苏州市虎丘区 330106浙江省杭州市西湖区 "
    "330203浙江省宁波市海曙区 340102安徽省合肥市瑶海区 350102福建省福州市鼓楼区 "
    "350203福建省厦门市思明区 360102江西省南昌市东湖区 370102山东省济南市历下区 "
    "370202山东省青岛市市南区 410102河南省郑州市中原区 420106湖北省武汉市武昌区 "
    "430102湖南省长沙市芙蓉区 440106广东省广州市天河区 440305广东省深圳市南山区 "
    "450102广西壮族自治区南宁市兴宁区 460105海南省海口市秀英区 500103重庆市渝中区 "
    "510104四川省成都市锦江区 520102贵州省贵阳市南明区 530102云南省昆明市五华区 "
    "540102西藏自治区拉萨市城关区 610103陕西省西安市碑林区 620102甘肃省兰州市城关区 "
    "630102青海省西宁市城东区 640104宁夏回族自治区银川市兴庆区 650102新疆维吾尔自治区乌鲁木齐市天山区"
)
REGIONS = tuple((word[:6], word[6:]) for word in _REGIONS)
ROADS = _words(
    "人民路 样本路 解放大道 中山北路 建设街 幸福里 长江西路 文化巷 新华大街 学府路 滨河东路 测试街"
)

_FIRST_BIRTH, _LAST_BIRTH = date(1945, 1, 1), date(2012, 12, 31)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, table 1


@dataclass(frozen=True, slots=True)
class Identity:
    """What the two sides of one fictional card say."""

    name: str
    sex: str
    ethnicity: str
    birth: date
    address: str
    number: str
    authority: str
    valid_from: date
    valid_until: date | None  # None: 长期
    minority_layout: bool


def check_digit(first17: str) -> str:
    """The eighteenth character of an identity number (ISO 7064 MOD 11-2, as in GB 11643-1999)."""
    remainder = sum(w * int(c) for w, c in zip(_WEIGHTS, first17, strict=True)) % 11
    return "10X98765432"[remainder]


def sample_identity(rng: np.random.Generator) -> Identity:
    """A person who does not exist."""
    minority = rng.random() < 0.12
    region, place = REGIONS[rng.integers(len(REGIONS))]
    birth = _FIRST_BIRTH + timedelta(days=int(rng.integers((_LAST_BIRTH - _FIRST_BIRTH).days + 1)))
    first17 = f"{region}{birth:%Y%m%d}{SEQUENCE}"
    valid_from, valid_until = _validity(rng, birth)
    if minority:
        ethnicity = str(rng.choice(MINORITY_ETHNICITIES))
    else:
        ethnicity = "汉" if rng.random() < 0.8 else str(rng.choice(ETHNICITIES))
    return Identity(
        name=str(rng.choice(MINORITY)) if minority and rng.random() < 0.75 else _han_name(rng),
        sex="女",
        ethnicity=ethnicity,
        birth=birth,
        address=_address(rng, place),
        number=first17 + check_digit(first17),
        authority=_authority(place),
        valid_from=valid_from,
        valid_until=valid_until,
        minority_layout=minority,
    )


def _han_name(rng: np.random.Generator) -> str:
    surname = str(rng.choice(DOUBLE_SURNAMES)) if rng.random() < 0.04 else str(rng.choice(list(SURNAMES)))
    length = int(rng.choice([1, 2, 3], p=[0.2, 0.75, 0.05]))
    pool = (RARE if rng.random() < 0.15 else GIVEN for _ in range(length))
    return surname + "".join(str(rng.choice(list(chars))) for chars in pool)


def _address(rng: np.random.Generator, place: str) -> str:
    address = f"{place}{rng.choice(ROADS)}{rng.integers(1, 400)}号"
    if rng.random() < 0.75:
        address += f"{rng.integers(1, 60)}号楼{rng.integers(1, 8)}单元{rng.integers(101, 3305)}室"
    return address


def _authority(place: str) -> str:
    city, _, district = place.partition("市")
    city = city.split("省")[-1].split("自治区")[-1]
    return f"{city}市公安局{district.removesuffix('区')}分局"


def _validity(rng: np.random.Generator, birth: date) -> tuple[date, date | None]:
    """Issue and expiry, with the period that the holder's age at issue gives."""
    earliest = max(birth + timedelta(days=366), date(2005, 1, 1))
    issued = earliest + timedelta(days=int(rng.integers((date(2026, 6, 1) - earliest).days)))
    age = issued.year - birth.year - ((issued.month, issued.day) < (birth.month, birth.day))
    if age >= 46:
        return issued, None
    years = 5 if age < 16 else 10 if age < 26 else 20
    day = 28 if (issued.month, issued.day) == (2, 29) else issued.day
    return issued, date(issued.year + years, issued.month, day)
