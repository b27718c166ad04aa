from __future__ import annotations

from models.name.given import people


def test_every_person_counts_once_and_strangers_do_not():
    news = (
        "记者/n  李/nr  晓明/nr  报道/v  ：/w  李/nr  晓明/nr  同/p  欧阳/nr  华/nr  见面/v",
        "克林顿/nr  总统/n  ，/w  铁木尔·达瓦买提/nr  副/b  委员长/n  王/nr  先生/n  //w",
        "比尔/nr  克林顿/nr",
    )
    assert people(news) == {("李", "晓明"), ("欧阳", "华")}
