"""The words the guard reads stances from, Chinese and English; all patterns run over lower-case text."""

from __future__ import annotations

import re

from kangban.kernel.patterns import lazy_pattern

SENTENCE = lazy_pattern(
    r".+?(?:[。！？!?；;]+[”\"）)]*|(?<=[a-z0-9)\]%\"])\.(?=\s|$|[\u4e00-\u9fff])|(?<=[a-z)\]])\.(?=(?-i:[A-Z]))|$)",
    re.IGNORECASE,
)
BULLET = lazy_pattern(r"^\s*(?:#+\s*|[-*•·]\s*|\(?\d{1,2}[.)、）]\s*|[一二三四五六七八九十]、)+")
CLAUSE_END = lazy_pattern(
    r"[。！？!?；;\n]|[，,](?!\d{3})|[：:](?!\d)|(?<=[a-z)])\.(?=\s|$|[\u4e00-\u9fff])|但是|但|不过|然而|(?=改(?:吃|用|服|成|为)|换(?:成|用|吃)|而是|(?<!也)(?<!就)(?<!不)可以改|代替|替代|取代)|\bbut\b|\bhowever\b|\balthough\b|\bthough\b|(?=\binstead of\b|\brather than\b|\bunless\b)"
)
QUESTION = lazy_pattern(r"[？?]\s*$|吗[。\s]*$|(?<!不)(?:有没有|是不是|能不能|要不要)[^。]*$")
# What is told under the cover of a question: "did you know that …?", "…, right?".
LEADING = lazy_pattern(
    r"(?:您|你)们?(?:知道|晓得|明白|听说)[^。]*吗|知不知道|难道|何不|为什么不|为何不|(?<!是)不是[^。]{1,20}吗|(?:吧|对|好|行)不?(?:对|好|行)?[？?]\s*$|(?:对|好|行|是)吧|"
    r"\bdid you know\b|\bdo(?:n't)? you (?:know|reali[sz]e|see)\b|\bisn't (?:it|that|this)\b|\baren't (?:they|you)\b|\bwhy not\b|\b(?:right|ok(?:ay)?|agreed|got it)\s*\?\s*$"
)
# What soothes holds a "not" and is a permission all the same.
SOOTHES = lazy_pattern(
    r"没有?(?:什么|任何|明显|已知|严重|太大)?的?(?:相互作用|冲突|影响|禁忌|危险|风险|问题|关系|副作用|害处|坏处|大碍|不良反应)|不(?:会)?(?:有)?(?:什么|任何)?(?:冲突|影响|相互作用|相克|打架|会有(?:什么|任何)?(?:问题|影响|危险|事)|碍事|要紧|打紧)|"
    r"互不(?:影响|干扰)|(?:别|不要|不用|不必|无需)(?:太|过于)?(?:担心|害怕|怕|紧张|慌|焦虑|多想|在意|顾虑)|don't (?:worry|panic)|do not worry|never mind|无(?:相互作用|冲突|影响|禁忌|妨|副作用|风险|害|碍)|没(?:问题|关系|事儿?|影响|什么大?(?:问题|事|影响))|不(?:用|必|需要?)(?:太|过于)?(?:担心|害怕|顾虑)(?:什么|任何|它们?的?|两种药的?|药物)?(?:相互作用|副作用|冲突|风险|出血|问题)?|不(?:用|必|需要?)(?:太|过于)?(?:避免|忌口?|问医生|咨询|错开|间隔|在意|理会|管|注意|小心)|"
    r"不(?:存在|构成)(?:相互作用|冲突|禁忌|风险)|问题不大|没什么不(?:可以|能|妥|行)|不是不(?:能|可以)|放心|"
    r"no (?:problems?|known |significant |real )*(?:problems?|interactions?|risks?|dangers?|concerns?|harm|conflicts?|contraindications?|issues?|need to (?:worry|avoid|ask|check|be careful|wait|separate))|"
    r"(?:do|does|will|would) ?(?:not|n't) (?:interact|conflict|interfere|affect|matter|cause (?:any )?(?:problem|harm|issue)|harm|hurt)|(?:don't|doesn't|won't) (?:interact|conflict|interfere|affect|matter|hurt|harm|cause (?:any )?(?:problem|harm|issue)|need to (?:worry|ask|check|avoid))|"
    r"not (?:contraindicated|harmful|dangerous|a problem|an issue|risky)|harmless|without (?:any )?(?:risk|problem|concern|worry|issue)s?"
)
WARNS = lazy_pattern(
    r"不能|不可(?!或缺)|不要|不得|不宜|不应|不该|不适(?:合|用|宜)|不建议|不推荐|不许|不行|不可以|不准|不合适|不安全|不(?:吃|用|服|喝|给)(?!完)|避免|避开|禁|忌|慎|勿|别(?!的|人|处|名|嘌)|停(?!经|留|车|止呼吸)|暂缓|风险|危险|有害|伤(?:胃|肝|肾)|出血|中毒|过量|重复|叠加|加重|相互作用|冲突|过敏|超(?:量|标|过)|远离|换掉|代替|替代|等于(?:吃|用)了?(?:双|两)|先不|没有?必要|危及|致命|损伤|警惕|"
    r"\bnot\b|n't\b|\bnever\b|\bavoid|contra-?indicat|\bunsafe\b|\bunsuitable\b|\bcannot\b|\bstop\b|\bdanger|\brisk|\bharm|\bbleed|\btoxic|\boverdose|\binteract|\bdouble|\bduplicat|\binstead of\b|\brather than\b|\ballerg|\bwithout\b|\bno (?:ibuprofen|aspirin|nsaids?|antibiotics?|alcohol|other|more)\b|\bneither\b|\bworsen|\bwarning|\bcaution|\bcareful|\bhold off|\bskip\b|\bleave out\b|\bkeep away|\bunless\b"
)
ASKS_DOCTOR = lazy_pattern(
    r"能不能|可不可以|是否|能否|要不要|(?:问|咨询|请教|联系|告诉)[^，。]{0,8}(?:医生|药师|大夫|医师)|(?:医生|药师|大夫|医师)[^，。]{0,10}(?:同意|评估|决定|判断|允许|确认|说了?可以|指导|调整|安排|开|再|后|来定|才)|遵医嘱|按(?:照)?医(?:嘱|生)|听医生|由医生|(?:等|先)[^，。]{0,6}(?:医生|药师)|"
    r"\bwhether\b|\b(?:ask|check with|consult|speak (?:to|with)|talk (?:to|with)|call|contact|tell)\b[^.]{0,24}\b(?:doctor|pharmacist|prescriber|physician|gp|clinician)|(?:doctor|pharmacist|prescriber|physician|gp|clinician)(?:'s)? (?:agrees?|approv\w+|decides?|says?|advice|advises?|has (?:confirmed|agreed)|confirms?|can|will|may|should|needs?)|as (?:prescribed|ordered)|only (?:if|after|when) (?:your|a|the) (?:doctor|pharmacist)|if your doctor"
)
REPORTS = lazy_pattern(
    r"(?:您|你|他|她|老人|奶奶|爷爷|爸爸?|妈妈?|孩子|患者|本人|既然|因为|由于)?(?:现在|目前|平时|已经|刚才|刚|正|长期|一直|每天|之前|昨天|今天|说)?(?:正?在(?:吃|服用?|用|使用)|(?:吃|服用?|用|喝)(?:着|过)|(?:已经?|刚|刚刚|之前|昨[天晚]|今[天早])(?:吃|服用?|用|喝)了?|长期(?:吃|服用?|用))|(?:期间|的人群?|的患者|的病人|的时候|者)[，,。]?\s*$|您(?:说|提到)|记录(?:里|中|上|显示)|提到的?|"
    r"\b(?:you|he|she|they|who|is|are|was|been|being|already|currently|patients?|people) (?:are |is |also |already |currently |regularly )*(?:tak(?:e|es|ing|en)|took|use[sd]?|using|on)\b|\b(?:while|since|because|as) (?:you|he|she|they|on|taking)|\bon record\b|\byou (?:said|mentioned|asked)|\bif (?:you|he|she|they)\b"
)
OTHERS_ONLY = lazy_pattern(
    r"一般人|健康人|健康成人|普通人|多数人|通常|一般来说|一般情况|别人|其他人|正常人|对于没有|\busually\b|\bgenerally\b|\bnormally\b|\bmost people\b|\bhealthy (?:adults|people)\b|\bother people\b|\bin general\b"
)
PERMITS = lazy_pattern(
    r"可以|可(?=(?:放心|继续|同时|一起|先|再|直接|正常|适当|酌情|考虑)?(?:吃|服|用|喝|选|与|和|配|加))|能(?=(?:放心|继续|同时|一起|先|再|直接|正常|照常)?(?:吃|服|用|喝|加|配))|能一起|推荐|建议(?:您|你|他|她|孩子)?(?:先|再|继续|同时|改|马上|每天|加)?(?:吃|服|用|选|喝|口服|使用|加)|首选|优先|安全|允许|给(?:孩子|宝宝|他|她|老人|奶奶|爷爷|娃|患儿)?(?:吃|喝|服|用|点)|吃(?:点|些|上|一|两|半|\d)|服用|口服|(?:^|先|再|就|直接|同时|马上|赶紧|每天|也|都)(?:吃|用|喝|服|加)|加(?:用|上|吃|服|一)|配合|搭配|合用|联用|同服|一起(?:吃|用|服|喝)|同时(?:吃|用|服)|试试|继续(?:吃|用|服|喝)|照(?:常|样|旧)?(?:吃|用|服|喝)|来(?:一|点|片|两)|没错|用(?:它|这个)|选(?:择|用)?|改(?:吃|用|服|成)|换(?:成|用|吃)|"
    r"\b(?:can|may|could|should|might) (?:also |safely |still |just |both |then |certainly |simply |go ahead and |now )*(?:take|use|have|give|try|continue|combine|add|start|be (?:safely )?(?:taken|used|combined|given|continued|added|mixed)|go together|mix)|(?:^|\bplease |\bjust |\bthen |\bsimply |\band |\bor |\balso |\bso |\bfirst |\bnow |- )(?:take|give|use|try|add|continue|start|have|combine|swallow|switch to)\b|\bfine\b|\bok(?:ay)?\b|\bsafe(?:ly)?\b|\brecommend(?!ed (?:dose|amount|maximum|label))|\bgo ahead\b|\bsuggest|\bbest (?:choice|option)|\bgood (?:choice|option|idea)|\bfeel free\b|\bis suitable\b|\ballowed\b|^\s*(?:yes|sure|of course|certainly|absolutely)\b|\bgo (?:well )?together\b|\bgo well with\b|\bgo (?:well )?together\b|\bpreferred\b|\bfirst choice\b"
)
WEAKLY = lazy_pattern(
    r"有效|效果|见效|好用|比较好|更好|合适|适合|管用|常用|对症|每次|一次|一日|每日|一天|\beffective|\bworks?\b|\bhelps?\b|\bbetter\b|\bsuitable\b|\bevery \d|\btwice\b|\btimes (?:a|per) day|\bdaily\b|\bonce\b|\bdose\b|\brelie|\b(?:bring|take|get)s? (?:the |his |her )?fever down|退烧|止痛|降温"
)
TOGETHER = lazy_pattern(
    r"一起|同时|合用|同服|搭配|配合|联用|都(?:可以|能|行)|两种|这两|二者|和|与|跟|及|加|、|\bwith\b|\band\b|\bboth\b|\btogether\b|\bcombin|\bplus\b|\balongside\b|\bmix"
)
EITHER = lazy_pattern(
    r"或|二选一|选一种|选其一|其中一种|任选|只选|错开|交替|\bor\b|\beither\b|\balternat|\bone of\b|\bnot both\b"
)
# Permission without a name: means what was named before, or what was asked about.
NAMELESS = lazy_pattern(
    r"(?:可以|能)(?:放心|一起|同时|继续|正常|照常|接着|先|再|直接|大胆|都)*(?:地)?(?:吃|服用?|用|喝)(?:的|了|吧|呢|啊|哦|它们?|这(?:个|种|些|两种)药?|这药)*\s*$|(?:一起|同时)(?:吃|用|服用?)(?:吧|就行|就好|是?可以的?|没事|即可)?|^(?:当然|完全|是的?|对)?(?:可以|能吃|能用|行)(?:的|啊|哦|呀|吃|用|服用)*\s*$|不冲突|没有?(?:什么|任何)?(?:相互作用|冲突|禁忌)|放心(?:吃|用|服|喝|地|大胆)|照(?:吃|用)|(?:吃|用|服)(?:吧|就行|就好|即可|没问题|没事)|"
    r"\b(?:can|may|could|should) (?:safely |both |still |just )*(?:take|use|combine|have|mix|give|continue) (?:it|them|both|these|those|this|that|the two|him|her)|\b(?:fine|ok(?:ay)?|safe|good) (?:to (?:take|use|combine|mix|give)|together|for (?:you|him|her|the))|^(?:yes|sure|of course|certainly|absolutely)\b|\bgo ahead\b|\b(?:it|they|both|that|this|these|the two)(?:'s|'re| is| are| should be) (?:perfectly |completely |totally |absolutely |quite |all )*(?:fine|ok(?:ay)?|safe|alright|good)\b|\bno interactions?\b|\b(?:don't|do not|doesn't|does not) interact|\bgive (?:him|her|it|them|the (?:child|baby|kid))\b|给(?:他|她|孩子|宝宝|老人|娃)(?:吃|喝|服)(?:一|半|两|\d|点)|\btake (?:it|them|both)\b|\bgo (?:well )?together\b|\bwork well together\b"
)
YES_ALONE = lazy_pattern(r"^\s*(?:没问题|没事|没关系|可以的?|能|行|no problem|sure|yes|of course|certainly)\s*[.。]?$")
STOPS = lazy_pattern(
    r"停(?:用|掉|吃|服|药|止(?:服|吃|用|使))|先停|暂停|不要再(?:吃|用|服)|别再?(?:吃|用|服)|不(?:用|必|要|需要)(?:再|继续)(?:吃|服|用|打)|(?:可以|能|该|就)(?:考虑)?停|停(?:几|一|两|三|半|\d)|不(?:用|必|需要?)(?:再|继续)?(?:打|注射)(?!12|1[12]0|急|电)|断药|断(?:了|掉)(?=吧|$|[，。])|(?:不|别)(?:再)?打胰岛素|胰岛素(?:就|先|今天|以后)?(?:别|不)(?:再)?打|戒掉|把[^，。]{1,10}停(?:了|掉)?|(?:今天|马上|立刻|立即|现在)(?:就)?停|"
    r"\bstop(?:ping)? (?:taking |using |your |the |his |her |all )*|\bdiscontinue|\bcome off\b|\bquit(?:ting)?\b|\bcease\b|\bskip\b|\bdo not take any more\b|\bno longer (?:take|need)|\bdon't take any more\b|\bgive up\b"
)
NOT_STOPS = lazy_pattern(
    r"(?:不要|别|不能|不可|切勿|勿|不得|不应|不该|千万|不建议|不宜|避免|禁止)[^，。]{0,10}(?:停|断药)|是否[^，。]{0,6}停|要不要停|能不能停|停不停|该不该停|(?:擅自|自行|自己|突然|私自|随意)[^，。]{0,4}(?:停|断药)|没有?停|停药(?:后|会|可能|前|有|容易|的)|(?:医生|药师|大夫)[^，。]{0,14}停|不停药|停经|"
    r"(?:not|n't|never|without|avoid|before|whether (?:to|you should)|than|if you) (?:\w+ ){0,3}(?:stop|discontinu|com(?:e|ing) off|quit|skip)|stopping (?:it |\w+ )?(?:suddenly|abruptly|can|may|raises)|(?:doctor|prescriber|pharmacist)[^.]{0,24}stop|stop(?:s|ped)? (?:the )?(?:bleeding|breathing|working|smoking|drinking)|if [^.,]{0,24}stop"
)
# Well-known medicines the packs do not hold: nothing about them was checked, and all come on order.
UNLISTED = lazy_pattern(
    r"曲马多|异维a酸|沙利度胺|吗啡|芬太尼|羟考酮|哌替啶|杜冷丁|氯氮平|利培酮|阿立哌唑|米非司酮|米索前列醇|他莫昔芬|来氟米特|环磷酰胺|他克莫司|秋水仙|氯胺酮|哌甲酯|利他林|右佐匹克隆|劳拉西泮|咪达唑仑|三唑仑|氯硝西泮|米氮平|文拉法辛|万古霉素|庆大霉素|头孢曲松|利福平|异烟肼|司美格鲁肽|利拉鲁肽|替尔泊肽|奥卡西平|拉莫三嗪|左乙拉西坦|加巴喷丁|普瑞巴林|肉毒素|减肥药|生长激素|"
    r"\b(?:tramadol|isotretinoin|accutane|thalidomide|morphine|fentanyl|oxycodone|hydrocodone|pethidine|meperidine|clozapine|risperidone|aripiprazole|mifepristone|misoprostol|tamoxifen|leflunomide|cyclophosphamide|tacrolimus|ketamine|methylphenidate|ritalin|adderall|eszopiclone|lorazepam|ativan|xanax|valium|midazolam|triazolam|clonazepam|mirtazapine|vancomycin|gentamicin|ceftriaxone|rifampicin|isoniazid|semaglutide|ozempic|wegovy|liraglutide|tirzepatide|lamotrigine|levetiracetam|gabapentin|pregabalin|steroids?)\b"
)
# A warning without a name is one of the medicine only if it speaks of taking it or of what it does.
OF_MEDICINES = lazy_pattern(
    r"吃|服|用药|合用|喝|药|风险|出血|中毒|过量|过敏|\b(?:take|use|taking|using|combin\w*|together|risk|bleed\w*|medicines?|drugs?)\b"
)


def asking_from(text: str) -> int | None:
    """Where the asking part of lower-case text begins, None where it tells: only its last clause asks."""
    if QUESTION.search(text) is None or LEADING.search(text) is not None:
        return None
    ends = [m.end() for m in re.finditer(r"[，,；;：:。！!]", text[:-1])]
    return ends[-1] if ends else 0
