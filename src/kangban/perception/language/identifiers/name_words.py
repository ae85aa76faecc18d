"""Words that make names: surnames (the common four hundred), characters of given names, and what is no name."""

from __future__ import annotations

SURNAMES = frozenset(
    "骆褚廉岑酆皮湛茅昝裘缪钮嵇荀芮羿储靳汲邴宓蓬郗厉戎符束蓟宿蒲邰籍莘贡逄姬郦璩濮扈郏浦瞿慕茹慎庾暨寇阙殳沃夔厍聂晁訾阚乜蒯逯桓佘亓仝麦粟敬桑苟佴昌狄戈贝禹茅羊惠"
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊"
    "金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄"
    "辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵欧阳解强柴华车冉房边辜吉饶刁瞿"
    "戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官"
    "衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺肖闫"
) - set("沿都和来位植僧保台应稽官衣木银扬揭原计全左时向明党解强练盖习从宇")
# In a name they count when the given name behind them is sure.
RARE = frozenset("来应明全左时向解强党官计盖宇原都和")
COMPOUND = (
    "欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "令狐", "端木", "慕容", "东方", "司徒", "公孙", "尉迟", "长孙", "宇文", "独孤", "南宫", "轩辕",
    "司空", "百里", "呼延", "拓跋", "钟离", "淳于", "公冶", "太史", "申屠", "仲孙", "濮阳", "赫连", "澹台", "闻人", "万俟", "西门",
)  # fmt: skip
GIVEN = frozenset(
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华文建国玉红梅海燕志云飞鹏宇浩然子轩梓涵雨欣思雅诗琪佳怡欣妍晓小东春凤琴珍淑慧颖莹雪琳晨辉鑫"
    "波斌宁成健俊凯亮永德福贵祥瑞庆荣昌盛兴旺发财宝富全根生水木林森焱土金银铜铁钢义仁礼智信孝忠勤俭恭温良让爱民卫东方红建设援朝跃进新新中山川河江"
    "峰岩石松柏竹菊莲荷芝兰蕙芬萍苹莉薇蓉芸菁蕾花草叶苗青蓝翠碧紫黛彩虹霓霜露冰清洁净素白月星辰阳光亮晖昊旭昕晴曦昱晟暄旺景美婷婉娴媛嫣妮娅姗姝妙"
    "娥婵婕娇嫦玲珑珠珊瑚瑶瑾瑜璇璐琼琦琨琳珂珏玮玥玫瑰若如意可心悦乐欢喜笑颜君俏倩依伊仪佩侠俐倪倚偲健冬夏秋季凡千万百一二三四五六七八九十世代"
    "正直刚毅坚定安康宁静和顺利亨通达远博广宏大伟力量才学识文武双全铭鸣启迪开来继承先后前长久恒远久天地人杰灵龙虎豹熊鹤鹰雁鸿鹄鹏飞翔翼翎羽翠"
    "晋楚秦汉唐宋元清京津沪渝川滇黔鲁豫皖苏浙闽粤桂琼台港澳启航舟帆海洋涛波浪潮汐泽润沛沐浩渺淼泉溪源湘漓洛渊淳澄潇潮润霖雯雷震霆云霄汉昌会良冲"
    "诚谦谨诺言语诗词歌赋书画棋琴剑锋锐钧铮锦镇铭鑫钰钊钦键锋欣欢歌尧舜禹汤尚崇敬孟仲叔季伯甫嘉家宜室馨香芯苑艺芷茗茜茹荃荟荔莎菡萱萌落蒙蓓蔚薪"
    "逸迅迪适逍遥遇道遵邦郁都丰沣沁汝池沙洁津洲涵淇清渝湛溢滢漫澜灿炎炜炫烁烨煜照熙熠爽牧犇献珈珍理琛琢瑄瑛瑗璋璟甜田由申甲男画畅留略益盈监真知"
    "硕磊礼社祖祺禄秉科程穗章童竞笛筠简纯纲纳纵纹绍经绮绪维绵缨缘翰翊耀耘聪聿胜自舒良芃亦亚仙仪任仁佑作佟修俪倍偉允元兆先克免党兢兵其典冠凝刘初"
    "利力功加务勋励化北升华卉卓南占卫印原友双口古只召史叶吉同名后向含吟启呈咏品哲唯善喆嘉园圣在坤城培基堂塬境墨士声壮复多天太夫奇奕妃妤姣威娣婧"
    "孜存孝学宁守安宗官定宛宝实宣容宽宾宸富寒察寅寒寿封尉小少尔尤岐岚岭峥峻崇崧嵘嵩川州巧巨己巴希帅帆常平年幸广庄庆应康廷弘张弛弦弟强彤彦彪彬彭影"
    "律得微徐德心必志忆忠念怀思怡恒恩恬悠情惟惠想愉意愿慈慕慧懋戈成战所才承抒拓择持振捷授掌揚摇支收攀政放效敏教敦文斌斐斯新方施旋旎无日旦昀昂昆易"
    "昭是显晏晓晔晖晟普智暖暮曙曜曼最月有朋服朔朗望未本朵权李来松极枝枫柔柯柳栋树校格桃桐梁梅梦棠棣森植椿楚楠槐樱橙欣款止步武毓比民水永汉江汶池沛"
    "泓法泰洪活流浦浚浣淙深淼添渲渭温湖湧滔滨满潘潞瀚灏烈焕照爵牡特狄玄率玖环现珩班球琅琬瑀瑞瑟璞瓊用登白百皎皓盛目相眉睿瞳矣石研碧磐示福秀秋积"
    "穆空立端笑箫米粟精糖素紫索紅红约纤纬线组织绢继绯续绿缇群羲翔老者耿联肃育胤能致航般良色艾节芊芒芹苏英范茂荀荆莫莲菲萃董蒲蓬蔓薛藏虹融行衡裕西"
    "观言訓许论议评诒询详语谊谋谧谷谭豪象贝贞贤赐赞赢起越路轲载辉辛达迎近进连迪逊通逢造遐邑邢郎郑采重野量鉴钟银锡镜长门闯闻阔队阿陆陈陶隆随隽雁雄"
    "集雍雪雲靖静非韧韵音顶项须顾领颂风飒食饶首香馥马驰驹骁骄骅骏高魁魏鱼鲁鲲鸽鸾麒麟麦黎默鼎齐龄昱刊芙圆蕊钗仟鹃倜"
) - set(
    "的了是在有我他她它你们这那不没也就又还很吗呢吧啊哦呀么和跟与或把被从对向到会能可以要想说看用吃喝做去让给只所者但因为年月日时分秒岁后前时无最"
)
# Any other character may be one, but these stand in what people say of their health.
NOT_GIVEN = frozenset(
    "的了是在有我他她它你们您这那不没也就又还很吗呢吧啊哦呀么和跟与或把被从对向到会能可以要想说看用吃喝做去让给只所者但因为年月日时分秒岁后前最病药片粒颗胶囊服剂量毫克升次每血压糖脂尿便"
    "痛疼酸痒咳嗽痰喘热烧冷汗吐泻晕昏肿胀麻胸腹腰背腿脚手头眼耳鼻口牙喉颈肩肝胆脾肾肺胃肠膀胱脏骨皮肤肌疮癌瘤炎症感染查检验测报告医院科室住床针注射输液吸烟酒饭菜睡觉走跑站坐哭怎什哪谁请问帮找些个种点几"
    "过来回进出上下左右内外里间边号指值标准高低度率数项型级期性类等及其已再都均仅将使得着比较更太极吸呼氧素酶蛋球细胞菌毒抗体疫苗孕产妇幼儿童女男父母妈爸哥姐弟妹奶爷叔姨伯婶孩亲戚友伴"
    "该须需应按照经由于而且并则否若虽却才便差停换加减增降升涨退转治疗诊断术切除缝拆疹疤伤烫破裂断碎堵塞漏渗流滴湿干燥渴饿饱困累乏倦虚弱沉闷憋气短紧松硬软块节结核溃疡息肉囊腺管道窍穴位处部侧面层段条根支"
    "东西物品事情况候做办法怎样式款钱费价贵贱买卖送拿取放拉推拔插贴敷抹擦洗泡煮炖炒煎熬蒸烤凉温烫味色油盐酱醋甜苦辣咸"
) - frozenset("月东女儿妹甜素球节根支气弱高升温品式东")
# A second character that ends nearly every name it follows a surname in, without a word of context.
STRONG_GIVEN = frozenset(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛超霞刚鹏婷婧倩莉琳萍颖莹雪鑫斌辉凯俊峰宇浩轩涵欣怡妍琪佳悦珍英兰玲梅凤琴淑燕红波亮健建志云飞龙华平洁薇蓉媛瑶瑾瑜"
    "丹晶鹤莲菊芬蕾浩远甜阳明鸣然恬萌翔航毅锋钢铭帅畅枫彤茜莎钰凡艺卉祥彬冰晨昊旭晖晴雯露帆琼璐菲楠栋桐睿博瑞哲"
)
# Words that begin like a name. Medicines of the packs are added where names are looked for.
_NO_NAMES = (
    "蒲地 蒲公 麦冬 麦芽 麦当 麦角 麦片 粟粒 茅台 羊肉 羊水 羊毛 羊膜 贝母 狄氏 惠普 符合 束缚 宿便 宿舍 储存 储备 厉害 慎用 慎重 慎服 慎食 敬请 敬老 昌平 籍贯 "
    "高热 高烧 高血 高尿 高脂 高胆 高同 高钾 高钠 高枕 高龄 高危 高度 高压 高糖 高盐 高油 高蛋 高强 高原 高中 高考 高大 高个 高兴 "
    "高级 高位 高密 高频 高速 高科 于是 于今 于昨 于凌 于本 于我 于当 于术 于明 于前 于入 于就 于上 于下 于北 于南 于家 于外 于夜 "
    "于晨 于餐 于饭 于睡 于某 于体 曾因 曾有 曾经 曾用 曾服 曾做 曾在 曾行 曾患 曾于 曾多 曾一 曾出 曾祖 曾查 曾口 曾住 曾发 黄疸 "
    "黄色 黄痰 黄芪 黄连 黄体 黄芩 黄斑 黄金 黄柏 黄精 黄酒 黄豆 黄瓜 黄鱼 黄水 黄油 黄绿 黄褐 黄染 黄花 黄昏 黄种 白细 白天 白色 "
    "白带 白痰 白蛋 白内 白加 白芍 白术 白芷 白苔 白血 白癜 白酒 白糖 白菜 白班 白头 白果 白斑 白领 白云边 白沫 白百 白念 白介 "
    "白大 白萝 白开 白粥 白米 严重 严格 严肃 严密 严禁 安静 安全 安宫 安眠 安乃 安排 安慰 安装 安定 安神 安稳 安心 安胎 安徽 "
    "安康市 安氏 平时 常见 常规 常常 常有 常年 常用 常吃 常感 常发 常伴 常温 常态 常识 常委 单纯 单位 单独 单侧 单次 单核 单抗 "
    "单元 单双 单胎 单眼 单人 方便 方案 方法 方才 方面 方子 方向 方式 方可 方能 方形 成人 成年 成功 成分 成立 成都 成为 成熟 成长 "
    "成药 成瘾 成效 成活 成品 温度 温水 温和 温热 温暖 温开 温服 温州 温泉 何时 何首 何处 何为 何种 何必 何况 何事 何药 何方 万一 "
    "万分 万元 万古 万能 万岁 万单 毛病 毛囊 毛细 毛发 毛巾 毛孔 毛衣 石膏 石头 石斛 石决 水果 水肿 田间 田七 江水 江中 江苏 江西 "
    "路上 路过 房颤 房间 房室 房性 房子 房屋 金银 金水 金黄 金嗓 金匮 金属 金额 金刚 金华 金钱 金鸡 金针 金葡 金色 金花 金荞 金牌 "
    "金融 马上 马应 马来 马凡 马铃 马路 马虎 马蹄 马齿 王老 王氏 王浆 王不 雷公 雷诺 雷贝 雷尼 雷米 雷帕 罗红 罗格 罗汉 罗库 罗非 "
    "罗布 罗哌 云南 左右 左侧 左室 左氧 左旋 左手 左脚 左眼 左肺 左心 左耳 左下 左上 左乳 汤药 汤类 汤水 时间 时候 时常 时有 时而 "
    "时好 时差 龙胆 龙眼 龙骨 熊胆 熊果 康复 康妇 康泰 康宁 康柏 季节 季德 季度 向来 向前 向医 强烈 强的 强度 强化 强力 强迫 解除 "
    "解热 解决 解释 解毒 解剖 解痉 解放 解酒 全身 全部 全天 全科 全面 全国 全家 全血 全程 全是 全院 全麻 全食 明显 明确 明天 明日 "
    "明年 连续 连花 连接 连服 连吃 连翘 连日 步态 步行 步数 夏季 夏天 夏枯 夏令 夏桑 秦皇 秦艽 洪水 洪亮 文静 文化 文字 文章 文献 "
    "文武 段时 应该 应当 应注 应用 应激 应先 包括 包皮 包块 包装 包裹 包虫 包扎 包含 包埋 关节 关于 关心 关注 关系 关键 关闭 关门 "
    "关爱 管理 管控 管腔 管床 管用 管型 管饲 卫生 卫校 甘精 甘油 甘草 甘露 甘氨 甘蔗 戴口 戴眼 戴着 戴手 戴上 戴牙 戴隐 米饭 米粥 "
    "米汤 米非 米诺 米氮 阿姨 花生 花粉 花椒 花费 花钱 花园 花茶 艾灸 艾滋 艾草 艾司 艾叶 艾普 冷敷 冷汗 冷水 冷藏 冷饮 冷风 简单 "
    "简易 简直 古代 边缘 边吃 边界 盛行 凌晨 祝您 祝你 祝好 祝愿 纪录 景象 景观 项目 项链 曲线 曲张 曲美 成绩 游泳 游戏 游离 阳性 "
    "阳痿 阳光 阳虚 阳气 阳台 阳了 阳康 阳转 阳历 查房 查体 查血 查出 查看 查一 查询 查过 查的 查肝 查肾 查尿 查胃 查明 屈光 屈曲 "
    "霍乱 霍奇 鲍曼 鲍鱼 薄荷 薄弱 薄层 薄膜 司机 司美 司坦 宁可 宁愿 宁心 宁夏 柏子 柏油 桂枝 桂花 桂圆 桂林 柴胡 柴米 华法 华东 "
    "华西 华山 华中 华人 华佗 车祸 车上 车里 车牌 车站 车前 车子 房事 吉林 吉非 吉他 池塘 谷丙 谷草 谷物 谷类 谷氨 谷胱 谷维 童年 "
    "童装 辛苦 辛辣 辛伐 舒张 舒服 舒适 舒缓 舒心 舒血 舒筋 童颜 欧洲 欧美 甄别 景气 计算 计划 计量 谈话 谈恋 连夜 商量 商品 商店 "
    "商场 商业 蒙脱 蒙古 木瓜 木香 木耳 燕麦 燕窝 仲景 乐观 乐意 乐队 封闭 封面 原发 原来 原因 原位 原先 楚楚 宗教 应急 桑葚 桑叶 "
    "荆芥 沙库 沙发 沙丁 沙眼 沙门 沙美 沙坦 伏立 伏天 习惯 艾条 雷电 施行 施用 施工 施压 万不 武汉 武器 贺卡 文胸 文身 尤其 向上 "
    "向下 焦虑 焦躁 焦痂 钟左 钟后 钟头 钟内 钟以 钟一 范围 方剂 石墨 邵氏 史瓦 顾虑 侯诊 孟鲁 龙牡 常春 易怒 易激 易出 易过 易感 "
    "易饿 易累 易疲 易消 易溶 易碎 贺普 赖氨 赖诺 赖脯 庞大 兰索 兰州 殷红 陶瓷 安氯 余下 余额 余热 余氯 余量 叶酸 叶黄 叶子 叶片 "
    "丁苯 丁螺 丁酸 丁香 丁卡 苏打 苏醒 苏州 苏黄 卢旺 蔡司 杜仲 杜冷 杜绝 任何 任务 任性 任意 姜茶 姜汤 姜黄 姜片 姜水 石淋 范例 "
    "许多 许久 许可 傅里 沈阳 沈氏 彭式 胡言 胡萝 胡椒 胡乱 胡子 胡话 胡桃 朱砂 林蛙 林可 林格 林业 梁柱 宋朝 唐氏 唐筛 唐朝 冯氏 "
    "程度 程序 曹操 徐州 徐缓 孙子 孙女 周期 周围 周末 周一 周二 周三 周四 周五 周六 周日 周岁 周前 周后 周内 周边 周身 周复 吴茱 "
    "陈皮 陈旧 陈述 陈醋 杨梅 杨树 杨柳 赵氏 刘寄 李子 张口 张力 张开 张嘴 张大 张贴 张合 高丽 汪汪 廖廖 蓝光 蓝色 蓝芩 牛奶 牛黄 "
    "牛肉 牛皮 牛津 侯选 段落 江湖 梅毒 梅尼 梅花 梅雨 莫西 莫名 莫非 莫匹 莫沙 莫过 莫急 莫大 辛夷 管饱 柳氮 柳叶 凌乱 关掉 苗条 "
    "费用 费力 费劲 纪念 盛满 欧元 项背 卜卜 祁门 詹森 房水 牟利 樊笼 华支 那时 柯萨 柯达 阮病 桂附 艾迪 霍桑 翁沥 景区 甘温 包茎 "
    "简明 路径 路程 路口 乔治 贺喜 尹恩 黎明前 易患 易致 易发 易得 易引 常山 常人 常理 武功 侯门 陆续 陆军 金贵 郝思 孔径 孔雀 "
    "孔源 孔圣 崔乳 毛利 邱压 史料 安然 文艺 平凡 高发 高翔 季铵 齐全 齐拉 齐声 岳父 岳母 沿着 梅子 申请 申报 申办 尤为 毕业 毕竟 "
    "丛集 焦点 焦急 章鱼 章程 鲁米 葛根 葛花 伍用 申领 文拉 洪峰 施打 安非 安立 严防 翟氏 康熙 "
)
NO_NAMES = tuple(_NO_NAMES.split())
_TITLES = (
    "医生 大夫 医师 主任医师 副主任 主任 教授 院长 护士长 护士 护师 药师 药剂师 营养师 治疗师 技师 老师 师傅 先生 女士 小姐 太太 "
    "夫人 同学 同志 阿姨 奶奶 爷爷 叔叔 伯伯 伯父 伯母 婶婶 婶子 婶 嫂子 嫂 大爷 大妈 大娘 大伯 大叔 大婶 大姐 大哥 大嫂 大姨 "
    "姑姑 姑娘 舅舅 哥 姐 叔 姨 伯 总 老板 经理 警官 队长 校长 书记 科长 处长 局长 律师 某某 某 老太太 老太 老爷子 老先生 老人家 "
    "老师傅 公公 婆婆 外婆 姥姥 姥爷 家长 家属 患者 妈妈 爸爸 妈 爸 博士 硕士 医助 "
)
TITLES = tuple(_TITLES.split())
_KIN = (
    "妈妈 爸爸 妈 爸 奶奶 爷爷 外婆 外公 姥姥 姥爷 家长 哥哥 姐姐 弟弟 妹妹 叔叔 阿姨 舅舅 姑姑 老师 "
    "同学 妈咪 老公 老婆 媳妇 麻麻 粑粑 宝宝 宝贝 小朋友"
)
KIN = tuple(_KIN.split())
# Two equal characters that are no child's name.
DOUBLED = frozenset(
    "妈爸爷奶哥姐弟妹叔伯姑舅婶宝天慢常刚偷好多少轻渐最纷久看想说试谢家人个次日月年条种件往仅稍微悄默早晚大小高老快太公婆嫂姥太姨娃等"
)
_ENGLISH_FIRST = (
    "James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark "
    "Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Edward Ronald Timothy Jason Jeffrey Ryan Jacob "
    "Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Frank Alexander "
    "Raymond Patrick Jack Dennis Jerry Tyler Aaron Jose Adam Nathan Henry Douglas Zachary Peter Kyle Walter Ethan "
    "Jeremy Harold Keith Christian Roger Noah Gerald Carl Terry Sean Austin Arthur Lawrence Jesse Dylan Bryan Joe "
    "Jordan Billy Bruce Albert Willie Gabriel Logan Alan Juan Wayne Roy Ralph Randy Eugene Vincent Russell Louis "
    "Philip Bobby Johnny Bradley Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa "
    "Nancy Betty Margaret Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah "
    "Stephanie Rebecca Sharon Laura Cynthia Kathleen Amy Angela Shirley Anna Brenda Pamela Emma Nicole Helen "
    "Samantha Katherine Christine Debra Rachel Carolyn Janet Catherine Maria Heather Diane Ruth Julie Olivia Joyce "
    "Virginia Victoria Kelly Lauren Christina Joan Evelyn Judith Megan Andrea Cheryl Hannah Jacqueline Martha "
    "Gloria Teresa Ann Sara Madison Frances Kathryn Janice Jean Abigail Alice Julia Judy Sophia Grace Denise Amber "
    "Doris Marilyn Danielle Beverly Isabella Theresa Diana Natalie Brittany Charlotte Marie Kayla Alexis Lori "
    "Oliver Sophie Lucy Chloe Liam Mason Lucas Leo Oscar Hugo Simon Martin Stuart Graham Ian Neil Colin Fiona "
    "Claire Eleanor Harriet Jane Kate Anne Ella Mia Ava Ivan Pedro Carlos Luis Ahmed Mohammed Mohamed Ali Fatima "
    "Aisha Priya Raj Anita Sanjay Yuki Kenji Hiroshi Akiko Minh Linh Igor Olga Natasha Dmitri Hans Klaus "
)
ENGLISH_FIRST = frozenset(_ENGLISH_FIRST.split())
_PINYIN_SURNAMES = (
    "Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma Luo Liang Song Zheng Xie Han "
    "Tang Feng Yu Dong Xiao Cheng Cao Yuan Deng Fu Shen Zeng Peng Lu Su Jiang Cai Jia Ding Wei Xue Ye Yan Pan Du "
    "Dai Xia Zhong Tian Ren Fan Fang Shi Yao Tan Liao Zou Xiong Jin Hao Kong Bai Cui Kang Mao Qiu Qin Gu Hou Shao "
    "Meng Long Wan Duan Lei Qian Yin Chang Ouyang Situ Zhuge Sima "
)
PINYIN_SURNAMES = frozenset(_PINYIN_SURNAMES.split())
