"""Words that the dictionaries read wrongly or only as they are written, and words with a neutral tone.

Facts from 现代汉语词典 and from the list of words with a neutral tone of the 普通话水平测试; the choice is what is said
in a house, at a counter and in a clinic.
"""

from __future__ import annotations


def _table(entries: str) -> dict[str, list[str]]:
    return {word: syllables for word, *syllables in (entry.split() for entry in entries.split(";"))}


WORDS: dict[str, list[str]] = _table(
    "一行 yi1 hang2;一行人 yi1 xing2 ren2;"
    "好好 hao2 hao3;舍不得 she3 bu5 de5;怪不得 guai4 bu5 de5;恨不得 hen4 bu5 de5;"
    "了不得 liao3 bu5 de2;受得了 shou4 de5 liao3;教学 jiao4 xue2;教会 jiao4 hui4;请教 qing3 jiao4;"
    "数一数 shu3 yi5 shu3;数数 shu3 shu4;倒垃圾 dao4 la1 ji1;倒杯 dao4 bei1;和面 huo4 mian4;"
    "切菜 qie1 cai4;切好 qie1 hao3;切成 qie1 cheng2;还书 huan2 shu1;还钱 huan2 qian2;还清 huan2 qing1;"
    "长出 zhang3 chu1;长高 zhang3 gao1;干嘛 gan4 ma2;干吗 gan4 ma2;吹干 chui1 gan1;擦干 ca1 gan1;烘干 hong1 gan1;"
    "晾干 liang4 gan1;晒干 shai4 gan1;系鞋带 ji4 xie2 dai4;系好 ji4 hao3;安全带 an1 quan2 dai4;华山 hua4 shan1;"
    "薄饼 bao2 bing3;大夫 dai4 fu5;处方 chu3 fang1;血压 xue4 ya1;流血 liu2 xie3;出血 chu1 xie3;抽血 chou1 xie3;"
    "验血 yan4 xie3;止血 zhi3 xie3;重启 chong2 qi3;重装 chong2 zhuang1;重播 chong2 bo1;重发 chong2 fa1;"
    "重置 chong2 zhi4;重试 chong2 shi4;重做 chong2 zuo4;重写 chong2 xie3;重来 chong2 lai2;双重 shuang1 chong2;"
    "多重 duo1 chong2;露水 lu4 shui3;弹琴 tan2 qin2;晃动 huang4 dong4;没收 mo4 shou1;闷热 men1 re4;"
    "只好 zhi3 hao3;只能 zhi3 neng2;只要 zhi3 yao4;只有 zhi3 you3;只是 zhi3 shi4;一只 yi1 zhi1;两只 liang3 zhi1;"
    "几只 ji3 zhi1;受不了 shou4 bu4 liao3;吃不了 chi1 bu4 liao3;忘不了 wang4 bu4 liao3;用不了 yong4 bu4 liao3;"
    "去不了 qu4 bu4 liao3;来不了 lai2 bu4 liao3;做不了 zuo4 bu4 liao3;少不了 shao3 bu4 liao3;"
    "免不了 mian3 bu4 liao3;大不了 da4 bu4 liao3;了不起 liao3 bu4 qi3;差不多 cha4 bu5 duo1;对不起 dui4 bu5 qi3;"
    "来得及 lai2 de5 ji2;来不及 lai2 bu5 ji2;看得见 kan4 de5 jian4;看不见 kan4 bu5 jian4;听不见 ting1 bu5 jian4;"
    "听得见 ting1 de5 jian4;为了 wei4 le5;除了 chu2 le5;行了 xing2 le5;好了 hao3 le5;算了 suan4 le5;得了 de2 le5;"
    "觉得 jue2 de5;记得 ji4 de5;睡着 shui4 zhao2;着火 zhao2 huo3;点着 dian3 zhao2;找着 zhao3 zhao2;"
    "燃着 ran2 zhe5;沿着 yan2 zhe5;开着 kai1 zhe5;关着 guan1 zhe5;亮着 liang4 zhe5;空着 kong4 zhe5;"
    "装着 zhuang1 zhe5;放着 fang4 zhe5;地上 di4 shang5;地下 di4 xia4;地面 di4 mian4;目的地 mu4 di4 di4;"
    "转账 zhuan3 zhang4;转圈 zhuan4 quan1;转动 zhuan4 dong4;转盘 zhuan4 pan2;转一转 zhuan4 yi5 zhuan4;"
    "转转 zhuan4 zhuan5;空运 kong1 yun4;中奖 zhong4 jiang3;中暑 zhong4 shu3;中毒 zhong4 du2;命中 ming4 zhong4;"
    "种花 zhong4 hua1;种菜 zhong4 cai4;种树 zhong4 shu4;种植 zhong4 zhi2;量一量 liang2 yi5 liang2;"
    "量体温 liang2 ti3 wen1;量血压 liang2 xue4 ya1;测量 ce4 liang2;应付 ying4 fu5;应该 ying1 gai1;"
    "兴奋 xing1 fen4;兴趣 xing4 qu4;调头 diao4 tou2;调料 tiao2 liao4;调低 tiao2 di1;调高 tiao2 gao1;"
    "调到 tiao2 dao4;调大 tiao2 da4;调小 tiao2 xiao3;调暗 tiao2 an4;调亮 tiao2 liang4;朝阳 chao2 yang2;"
    "挑战 tiao3 zhan4;载客 zai4 ke4;下载 xia4 zai4;乘载 cheng2 zai4;盛饭 cheng2 fan4;盛汤 cheng2 tang1;"
    "扎针 zha1 zhen1;扎头发 za1 tou2 fa5;粘贴 zhan1 tie1;粘住 zhan1 zhu4;炸鸡 zha2 ji1;炸酱面 zha2 jiang4 mian4;"
    "称重 cheng1 zhong4;对称 dui4 chen4;相称 xiang1 chen4;冲洗 chong1 xi3;发烧 fa1 shao1;理发 li3 fa4;"
    "洗头发 xi3 tou2 fa5;卡住 ka3 zhu4;卡带 ka3 dai4;发卡 fa4 qia3;参差 cen1 ci1;曾经 ceng2 jing1;曾祖 zeng1 zu3;"
    "传单 chuan2 dan1;自传 zi4 zhuan4;供水 gong1 shui3;供暖 gong1 nuan3;供电 gong1 dian4;提供 ti2 gong1;"
    "供应 gong1 ying4;蛋黄 dan4 huang2;首都 shou3 du1;都市 du1 shi4;全都 quan2 dou1;供奉 gong4 feng4;"
    "喝水 he1 shui3;和睦 he2 mu4;暖和 nuan3 huo5;呕吐 ou3 tu4;吐司 tu3 si1;几乎 ji1 hu1;尽管 jin3 guan3;"
    "尽快 jin3 kuai4;尽量 jin3 liang4;尽头 jin4 tou2;倔强 jue2 jiang4;勉强 mian3 qiang3;圈养 juan4 yang3;"
    "角色 jue2 se4;主角 zhu3 jue2;配角 pei4 jue2;看护 kan1 hu4;看管 kan1 guan3;看家 kan1 jia1;看守 kan1 shou3;"
    "落下 luo4 xia4;落枕 lao4 zhen3;模样 mu2 yang4;宁可 ning4 ke3;便宜 pian2 yi5;方便 fang1 bian4;曲子 qu3 zi5;"
    "弯曲 wan1 qu1;塞车 sai1 che1;堵塞 du3 se4;闭塞 bi4 se4;散步 san4 bu4;散开 san4 kai1;松散 song1 san3;"
    "扇风 shan1 feng1;少年 shao4 nian2;省钱 sheng3 qian2;反省 fan3 xing3;什么 shen2 me5;石头 shi2 tou5;"
    "似的 shi4 de5;挑选 tiao1 xuan3;吓人 xia4 ren2;相片 xiang4 pian4;相机 xiang4 ji1;长相 zhang3 xiang4;"
    "校对 jiao4 dui4;校准 jiao4 zhun3;旋风 xuan4 feng1;咽喉 yan1 hou2;咽下 yan4 xia4;一应 yi4 ying1;"
    "晕车 yun4 che1;头晕 tou2 yun1;脏衣服 zang1 yi1 fu5;脏了 zang1 le5;弄脏 nong4 zang1;心脏 xin1 zang4;"
    "内脏 nei4 zang4;择菜 zhai2 cai4;选择 xuan3 ze2;正月 zheng1 yue4;挣钱 zheng4 qian2;症状 zheng4 zhuang4;"
    "症结 zheng1 jie2;钻孔 zuan1 kong3;电钻 dian4 zuan4;作坊 zuo1 fang5;答应 da1 ying5;背包 bei1 bao1;"
    "背书 bei4 shu1;背心 bei4 xin1;剥皮 bao1 pi2;蚌埠 beng4 bu4;剥夺 bo1 duo2;伯母 bo2 mu3;场地 chang3 di4;"
    "打场 da3 chang2;臭味 chou4 wei4;乳臭 ru3 xiu4;创伤 chuang1 shang1;创造 chuang4 zao4;差错 cha1 cuo4;"
    "出差 chu1 chai1;差别 cha1 bie2;大都 da4 dou1;打折 da3 zhe2;折腾 zhe1 teng5;骨折 gu3 zhe2;恶心 e3 xin5;"
    "可恶 ke3 wu4;凶恶 xiong1 e4;缝隙 feng4 xi4;缝衣服 feng2 yi1 fu5;佛像 fo2 xiang4;仿佛 fang3 fu2;"
    "冠军 guan4 jun1;皇冠 huang2 guan1;家具 jia1 ju4;嚼碎 jiao2 sui4;咀嚼 ju3 jue2;假期 jia4 qi1;放假 fang4 jia4;"
    "真假 zhen1 jia3;间断 jian4 duan4;中间 zhong1 jian1;房间 fang2 jian1;监护 jian1 hu4;结实 jie1 shi5;"
    "结束 jie2 shu4;教书 jiao1 shu1;教室 jiao4 shi4;禁不住 jin1 bu5 zhu4;劲儿 jin4 er2;强劲 qiang2 jing4;"
    "会计 kuai4 ji4;累计 lei3 ji4;劳累 lao2 lei4;绿色 lv4 se4;率领 shuai4 ling3;效率 xiao4 lv4;没有 mei2 you3;"
    "埋怨 man2 yuan4;秘鲁 bi4 lu3;秘密 mi4 mi4;难受 nan2 shou4;难民 nan4 min2;泡沫 pao4 mo4;屏幕 ping2 mu4;"
    "屏住 bing3 zhu4;迫切 po4 qie4;铺床 pu1 chuang2;店铺 dian4 pu4;悄悄 qiao1 qiao1;亲家 qing4 jia5;"
    "亲人 qin1 ren2;区别 qu1 bie2;任务 ren4 wu4;丧失 sang4 shi1;舍得 she3 de5;宿舍 su4 she4;说服 shuo1 fu2;"
    "游说 you2 shui4;提防 di1 fang5;提醒 ti2 xing3;系统 xi4 tong3;纤维 xian1 wei2;血管 xue4 guan3;要求 yao1 qiu2;"
    "重要 zhong4 yao4;饮水机 yin3 shui3 ji1;与会 yu4 hui4;载入 zai3 ru4;暂时 zan4 shi2;爪子 zhua3 zi5;"
    "着急 zhao2 ji2;着凉 zhao2 liang2;着手 zhuo2 shou3;这儿 zhe4 er2;那儿 na4 er2;哪儿 na3 er2;长辈 zhang3 bei4;"
    "班长 ban1 zhang3;长度 chang2 du4;身长 shen1 chang2;生长 sheng1 zhang3;生的 sheng1 de5;重新 chong2 xin1"
)
"""Word -> syllables before sandhi. They count within a longer word and across the borders of words as well."""
NEUTRAL_LAST = frozenset(
    (
        "东西 衣服 时候 朋友 先生 学生 太太 漂亮 明白 清楚 舒服 客气 消息 休息 关系 告诉 喜欢 认识 意思 事情 麻烦 "
        "地方 晚上 早上 窗户 钥匙 眼睛 头发 耳朵 嘴巴 凉快 热闹 收拾 行李 葡萄 豆腐 萝卜 玻璃 月亮 云彩 风筝 厉害 "
        "打算 丈夫 护士 师傅 姑娘 孩子 亲戚 故事 名字 力气 脾气 运气 福气 记得 舍得 懂得 值得 晓得 多么 怎么 那么 "
        "这么 部分 本事 马虎 打听 商量 照顾 抽屉 木头 枕头 馒头 骨头 舌头 罐头 念头 丫头 拳头 指头 芋头 石头 码头 "
        "爸爸 妈妈 哥哥 姐姐 弟弟 妹妹 爷爷 奶奶 叔叔 伯伯 姑姑 舅舅 姥姥 宝宝 娃娃 星星 猩猩 谢谢 看看 试试 听听 "
        "说说 等等 想想 走走 聊聊 歇歇 尝尝 问问 找找 用用 玩玩 坐坐 包袱 别扭 苍蝇 柴火 称呼 聪明 凑合 打扮 打发 "
        "大方 耽误 点心 动静 豆子 对付 翻腾 高粱 胳膊 疙瘩 工夫 功夫 棺材 规矩 闺女 核桃 和尚 葫芦 狐狸 糊涂 火候 "
        "机灵 记号 家伙 见识 将就 交情 街坊 戒指 精神 咳嗽 口袋 快活 喇叭 懒得 老婆 老爷 篱笆 利落 利索 痢疾 连累 "
        "粮食 溜达 啰嗦 落得 骆驼 买卖 毛病 眉毛 棉花 蘑菇 模糊 牡丹 脑袋 能耐 年成 奴才 暖和 女婿 琵琶 屁股 便宜 "
        "婆婆 欺负 前头 敲打 勤快 亲家 情形 软和 扫帚 上头 烧饼 少爷 生意 牲口 使唤 似的 收成 首饰 舒坦 疏忽 爽快 "
        "思量 算计 岁数 抬举 体面 笤帚 铁匠 妥当 外甥 为了 尾巴 委屈 稳当 媳妇 稀罕 下巴 吓唬 相声 心思 行头 兄弟 "
        "秀才 学问 鸭子 衙门 哑巴 胭脂 烟筒 秧歌 养活 吆喝 妖精 衣裳 应酬 冤枉 在乎 咱们 扎实 眨巴 栅栏 张罗 帐篷 "
        "招呼 招牌 折腾 芝麻 知识 指甲 主意 转悠 庄稼 壮实 状元 自在 祖宗 作坊 琢磨"
    ).split()
)
"""Words whose last syllable has lost its tone."""
