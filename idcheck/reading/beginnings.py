"""Characters with which names begin: surnames, the first characters of compound ones and of transliterations.

The surnames are those of the classic 百家姓 (Song dynasty) in today's characters, and the hundred most
frequent of 二〇二〇年全国姓名报告 (Ministry of Public Security, 2021), which six people in seven bear. Names
of Uyghurs, Tibetans, Mongols and Yi, written in Chinese, begin with few characters too.
"""

from __future__ import annotations

from typing import Final

_FREQUENT: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤常"
)
_CLASSIC: Final = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦"
    "昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹"
    "姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐"
    "邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁"
    "荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武"
    "符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉"
    "宰郦雍郤璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满"
    "弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游"
    "竺权逯盖益桓公上赫皇尉澹淳太轩令宇长鲜闾亓仉督子颛端漆壤拓夹晋楚闫法汝鄢涂钦百南呼归海微岳帅缑亢况有"
    "琴西商牟佘佴伯赏墨谯笪年爱阳佟第五言福肖覃付苟揭兰邸丘代仝芦"
)
_TRANSLITERATED: Final = frozenset(
    "阿艾买麦吐古图库依伊帕热迪努玛卡吾沙米苏木亚穆再萨瓦哈吉扎次德巴洛格尼强桑丹达旦多央拉仁索卓白顿嘎贡"
    "边普乌其斯那呼恩宝敖满朝额巧曲海来加尔日石呷"
)
BEGINNINGS: Final = _FREQUENT | _CLASSIC | _TRANSLITERATED
