"""How a character of several readings is read where it stands alone: by what is beside it, else as it is mostly."""

from __future__ import annotations

import re

ALONE: dict[str, str] = dict(
    entry.split(" ")
    for entry in (
        "的 de5;了 le5;着 zhe5;吗 ma5;嘛 ma5;呢 ne5;吧 ba5;啊 a5;呀 ya5;啦 la5;哇 wa5;么 me5;们 men5;过 guo4;"
        "个 ge4;还 hai2;都 dou1;只 zhi3;行 xing2;长 chang2;得 de5;地 di4;调 tiao2;重 zhong4;倒 dao4;空 kong1;"
        "干 gan1;数 shu4;和 he2;那 na4;哪 na3;给 gei3;为 wei4;种 zhong3;量 liang4;转 zhuan3;脏 zang1;血 xue4;"
        "熟 shu2;薄 bao2;似 si4;晃 huang4;切 qie1;系 xi4;落 luo4;挑 tiao1;露 lu4;塞 sai1;弹 tan2;扎 zha1;炸 zha4;"
        "粘 zhan1;称 cheng1;盛 sheng4;假 jia3;背 bei4;担 dan1;钉 ding1;缝 feng2;更 geng4;卡 ka3;看 kan4;累 lei4;"
        "陆 lu4;吐 tu4;哦 o5;嗯 en5;欸 ei4;诶 ei4;呕 ou3;幺 yao1;教 jiao1;应 ying1;差 cha4;发 fa1;便 bian4;曲 qu1;"
        "片 pian4;石 shi2;藏 cang2;朝 chao2;尽 jin4;省 sheng3;少 shao3;相 xiang1;削 xiao1;蒙 meng2;铺 pu1;散 san4;"
        "扇 shan4;难 nan2;宁 ning2;子 zi5;著 zhe5"
    ).split(";")
)
"""Character -> the reading that it has in most places."""
UNDECIDED = frozenset({"还给"})
"""Entries of the dictionary that are two words as often: what stands beside them decides."""
NEAR = 8
"""Characters on each side that a rule may look at."""


def _rules(entries: str) -> dict[str, list[tuple[re.Pattern[str], re.Pattern[str], str]]]:
    """``char|before|after|syllable``, a line each."""
    rules: dict[str, list[tuple[re.Pattern[str], re.Pattern[str], str]]] = {}
    for line in entries.strip().splitlines():
        char, before, after, syllable = line.strip().split(" ")
        pattern = re.compile(f"(?:{before})$" if before != "_" else "")
        rules.setdefault(char, []).append((pattern, re.compile(after if after != "_" else ""), syllable))
    return rules


PRONOUN = "[我你您他她它咱谁们人]|自己|大家|[就也都还又总可必非须才]"
BESIDE = _rules(
    f"""
    得 [觉记舍懂值晓显使获取免省] _ de5
    得 ^ 了 de2
    得 {PRONOUN} [了到分奖第病出过] de2
    得 {PRONOUN} (?![很多太]) dei3
    得 ^ _ dei3
    得 [天月年号点分钟候上午晚早次家房] [^很太不多更最非特好快慢远近高低大小] dei3
    还 [归偿退交送奉返先] _ huan2
    还 把.{{1,7}} 给 huan2
    还 _ 给(?:[我你您他她](?:们|了|吧)?)?$ huan2
    还 _ (?:书|钱|款|清(?!楚|晰)|车|贷|债|掉|回(?!答|复|家)|完|账|了(?!没|有|在|是|要)|上(?:了|贷|钱)|伞|卡|钥匙) huan2
    长 [太很多够更最么点米不]|有点 _ chang2
    长 _ (?:得|出|大|高|胖|满|成|虫|草|毛|痘|霉|牙|肉|个|了|辈|子) zhang3
    长 [局市校家部院班队会船店处厂组乡村县省州行首董站科] _ zhang3
    数 _ (?:着|到|了|完|清|一下|一遍|钱|羊|数) shu3
    重 [太很多不么体超轻] _ zhong4
    重 _ [新复来做写试启装放播发拨置连叠组建修洗煮申演返设登打拍聚现排印算考选逢唱听读开] chong2
    重 [双几多两二三四五六七八九十] _ chong2
    行 [一二两三四五六七八九十几第每整各同排外内本央支分总商车琴多] _ hang2
    行 _ (?:业|列|情|长|号) hang2
    调 [音语声色强单格腔曲高低笔基] _ diao4
    调 _ (?:查|动|换|研|度(?!数)|取|用|头|派|遣|令|职|离|包|子) diao4
    降 投 _ xiang2
    降 _ [服伏] xiang2
    处 [到四各一何此别深高低远近长短益害出去住随坏好用妙难之票询务待银号取记存事] _ chu4
    处 _ (?:理|于|在|方|罚|分|境|女|置|决|死|世|事|处|得) chu3
    倒 [摔跌滑晕推病打绊撞卧拉颠昏] _ dao3
    倒 _ (?:下|塌|霉|闭|班|地|台|伏) dao3
    倒 [子树人墙车杆架了] 了 dao3
    空 [没有抽填留] _ kong4
    空 _ (?:位|白|格|余|缺|闲|地|隙|车位|桌|房|着|出来) kong4
    干 _ (?:活|什么|嘛|吗|部|线|劲|事|架|完|得|点|了什么) gan4
    干 [能主骨树才] _ gan4
    和 [搅拌] _ huo4
    和 _ (?:面(?!包|条|积|前|试|霜|膜|对)|泥|馅) huo4
    只 [一两二三四五六七八九十几这那每半船多零] _ zhi1
    只 _ (?:猫|狗|鸡|鸟|手|脚|眼|耳|鞋|袜|蚊|杯|碗|箱) zhi1
    种 [这那哪各每几多一两三四五六七八九十种] _ zhong3
    种 _ (?:花|菜|树|草|地|田|瓜|豆|下|了|在|上|着) zhong4
    为 [成作称认以变分设调改译选评换定视列命] _ wei2
    为 _ (?:[零一二两三四五六七八九十百负]|主|准|止|期|例) wei2
    为 [度价量值间期数额名级压温] _ wei2
    着 [睡点找猜够碰燃] (?!了火) zhao2
    着 _ (?:急|火|凉|迷|慌) zhao2
    量 ^|[^数重力质分产流音热容电水剂含能大少定适尽] (?:一下|一量|量|体|血|身|了|过|好|尺) liang2
    转 _ (?:圈|动|盘|速|椅|一转|转|来转去|个不停|一圈) zhuan4
    地 [慢快轻静真小大细悄渐特认匀确全努仔乐心速时断续极续力重松] (?:[^上下面板毯方点址区铁图球震]|$) de5
    教 _ (?:室|育|师|授|材|程|学(?!得|会|生|你|我|他)|会(?!了|我|他|你)|训|练|堂|练员|养) jiao4
    教 [请求赐指受任宗佛道] _ jiao4
    著 _ [名作称述] zhu4
    著 [显卓土原名编论专巨昭] _ zhu4
    发 [头理长短白黑洗染剪卷金毛秀护美吹烫] _ fa4
    切 [一亲密急迫确关] _ qie4
    难 [灾遇逃苦避患落海空] _ nan4
    背 _ (?:包|着|起来|负|书包|篓) bei1
    假 [放请休暑寒病度婚产年长补销] _ jia4
    假 _ (?:期|日|条) jia4
    系 _ (?:鞋带|上|好|紧|领带|安全带|围裙|绳) ji4
    扇 _ (?:风|了|着|扇子) shan1
    盛 _ (?:饭|汤|菜|一碗|粥|满|出|着|点|碗) cheng2
    薄 [单稀轻微] _ bo2
    差 _ (?:异|别|距|价|额|错) cha1
    差 出 _ chai1
    朝 [今明一三] _ zhao1
    应 [反答供响适效对感呼相] _ ying4
    应 _ (?:用|付|对|邀|聘|急|酬|答|试) ying4
    看 _ (?:门|家|护|管|守|孩子|小孩) kan1
    乐 [音声器奏民] _ yue4
    乐 _ (?:器|队|曲|谱|团|章|坛) yue4
    晕 _ (?:车|船|机|针) yun4
    炸 _ (?:鸡|薯|酱|鱼|虾|酥|丸|串|油|糕|春卷) zha2
    炸 油 _ zha2
    少 [老年青] _ shao4
    相 _ (?:机|片|册|貌|声) xiang4
    相 照 _ xiang4
    钉 _ (?:上|在|好|住|钉) ding4
    卡 发 _ qia3
    吐 _ (?:司|鲁番|痰|槽|舌|字) tu3
    尽 _ (?:快|量|管|早|可能) jin3
    了 不|[^觉记懂值显舍晓]得 _ liao3
    了 _ (?:解|结|断|如指掌|不起|不得) liao3
    子 ^|[电原男太莲松瓜才父母棋鱼粒离质光中因孝赤浪游学独生] _ zi3
    儿 _ (?:子|童|科|女|歌|媳) er2
    """
)
"""Character -> what must stand before and behind it for a reading; the first that fits decides."""
FULL_ER = frozenset("女婴幼孤胎健少小男宠生产育患弃侄混托妻低")
"""What stands before 儿 where it means a child; elsewhere it colours the syllable before it."""


def beside(before: str, char: str, after: str) -> str | None:
    """The reading of a character between these texts: a rule's, else that of most places; None if it has but one."""
    before, after = before[-NEAR:], after[:NEAR]
    for behind, ahead, syllable in BESIDE.get(char, ()):
        if behind.search(before) and ahead.match(after):
            return syllable
    return ALONE.get(char)
