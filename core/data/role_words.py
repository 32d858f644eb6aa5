"""Words in the names and values of columns that say what they are: four languages, one table each.

English, German, Spanish and Chinese. A name is compared in lower case, its words parted by "_".
"""

import re
from collections.abc import Collection

OUTCOME_NAMES = re.compile(
    r"^(y|class|status|target|label|outcome|bad|good_?bad|creditability|credit_risk|risk"
    r"|loan_status|defaulted|charged_?off|delinquent|zielvariable|kreditstatus|objetivo|moros[oa]"
    r"|mora|kredit|bonit[aä]t|好坏|标签|贷款状态|还款状态)$"
    r"|default|seriousdlqin|bad_flag|is_bad|ausfall|ausgefallen|incumpl|impago|违约|逾期|坏账",
    re.IGNORECASE,
)
BAD_VALUES = (
    "bad", "default", "defaulted", "charged off", "charged_off", "chargedoff", "delinquent",
    "late", "schlecht", "ausgefallen", "ausfall", "malo", "mala", "impago", "moroso", "incumplido",
    "坏", "违约", "逾期", "yes", "ja", "sí", "si", "是", "y", "j", "true", "wahr", "1",
)  # fmt: skip
GOOD_VALUES = (
    "good", "paid", "fully paid", "repaid", "current", "gut", "bezahlt", "bueno", "buena",
    "pagado", "好", "正常", "已还清",
)  # fmt: skip
GOOD_IS_ONE = re.compile(
    r"good|creditability|credit_risk|repaid|paid|kredit$|bonit|pagado|还清", re.IGNORECASE
)
YES_NO = {"yes", "no", "y", "n", "true", "false", "t", "f", "ja", "nein", "j", "wahr", "falsch",
          "sí", "si", "s", "verdadero", "falso", "是", "否", "有", "无"}  # fmt: skip

# What a column may not decide on, by the words of its name (FIELD.md, reasons 7).
PROTECTED_NAMES = (
    (r"sex|gender|geschlecht|g[eé]nero|性别", "Sex"),
    (r"marital|marriage|married|civil_?status|family_?status|spouse|familienstand|verheiratet"
     r"|ehestand|estado_?civil|casad[oa]|婚", "Marital status"),
    (r"foreign|nationality|national_?origin|citizen|immigra|country_?of_?birth|staatsang"
     r"|staatsb[uü]rger|nationalit|ausl[aä]nder|nacionalidad|extranjer|pa[ií]s_?de_?nac"
     r"|国籍|外国", "Nationality"),
    (r"race|ethnic|rasse|ethnie|ethnisch|raza|etnia|[eé]tnic|民族|种族", "Race"),
    (r"colou?r|hautfarbe|肤色", "Colour"),
    (r"religi|church|konfession|kirche|iglesia|宗教|信仰", "Religion"),
    (r"public_?assist|welfare|benefit_?recipient|sozialhilfe|b[uü]rgergeld|asistencia_?p[uú]blica"
     r"|ayuda_?social|低保|救济", "Public assistance"),
    (r"pregnan|schwanger|embaraz|怀孕", "Pregnancy"),
    (r"disab|behinder|discapaci|残疾", "Disability"),
)  # fmt: skip
AGE = re.compile(
    r"^(age|age_in_years|age_years|applicant_age|customer_age|.*birth.*|dob|alter|lebensalter"
    r"|alter_(in_)?jahren?|.*geburts?(tag|datum|jahr).*|edad|edad_.*|.*nacimiento.*|年龄|.*出生.*|生日)$",
    re.IGNORECASE,
)
YEARS_OF_AGE = re.compile(r"(^|_|\b)(age|(lebens)?alter|edad)(_|\b|$)|年龄")
NEVER_NEGATIVE = re.compile(
    r"^(?!.*(change|growth|diff|delta|balance|saldo))(.*("
    r"(^|_)(income|salary|wages?|earnings|revenue|expenses?|rent|price|(loan|credit)_?(amount|limit)"
    r"|amount|term|duration|tenure|seniority|months|years|dependants?|dependents?|children"
    r"|inquiries|delinquencies|num(ber)?_of|count)(_|\d|$)"
    r"|einkommen|gehalt|lohn(_|$)|ausgaben|miete(_|$)|(kredit|darlehens)(_?(betrag|summe|rahmen))"
    r"|laufzeit|dauer|kinder|anzahl"
    r"|(^|_)(ingresos?|salario|sueldo|gastos?|alquiler|importe|monto|precio|plazo|duraci[oó]n|hijos)(_|$)"
    r"|收入|工资|薪资|支出|贷款金额|贷款额度|期限|月数|年数|人数|次数))"
)
"""Sums, times and counts that cannot be below zero; balances, profits and changes can."""

# Values that give a protected ground away whatever the column is called.
_PROTECTED_VALUES: tuple[tuple[str, Collection[str]], ...] = (
    ("Sex", {"male", "female", "m", "f", "man", "woman", "männlich", "weiblich", "mann", "frau",
             "hombre", "mujer", "masculino", "femenino", "男", "女", "divers", "nonbinary"}),
    ("Marital status", {
        "single", "married", "divorced", "widowed", "widow", "separated", "ledig", "verheiratet",
        "geschieden", "verwitwet", "getrennt", "soltero", "soltera", "casado", "casada",
        "divorciado", "divorciada", "viudo", "viuda", "separado", "separada", "未婚", "已婚",
        "离异", "离婚", "丧偶"}),
    ("Religion", {
        "catholic", "protestant", "muslim", "jewish", "hindu", "buddhist", "christian", "atheist",
        "katholisch", "evangelisch", "muslimisch", "konfessionslos", "católico", "católica",
        "佛教", "道教", "基督教", "伊斯兰教", "天主教"}),
    ("Race", {"white", "black", "asian", "hispanic", "latino", "african american", "caucasian",
              "native american", "汉族", "回族", "藏族", "维吾尔族", "满族", "壮族"}),
)  # fmt: skip
_ALSO_COLOURS = {"white", "black"}

CODES = re.compile(
    r"sex|gender|mari|marr|educat|status|purpose|hous|home|property|job|occupation|type|category"
    r"|code|history|state|region|country|branch|channel|grade|plan|savings|debtor|telephone|foreign"
    r"|employment|beruf|zweck|wohn|bildung|schul|kennzeichen|schl[uü]ssel|profesi[oó]n|vivienda"
    r"|motivo|finalidad|educaci[oó]n|tipo|c[oó]digo|职业|用途|住房|学历|教育|类型|代码",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(
    r"^(.*[_ ])?(id|uuid|key|no|nr|number|ref|reference|index|folio|expediente|clave)$|^id|^unnamed"
    r"|(antrags|kunden|vertrags|konto|kredit|akten)_?(nummer|nr)|n[uú]mero_de|编号|客户号|合同号|序号",
    re.IGNORECASE,
)
DATE_ORDER = re.compile(
    r"appl|issue|open|origin|start|book|grant|disburs|^date$|antrag|vertrag|auszahl|^datum$"
    r"|solicitud|concesi|apertura|^fecha$|申请|放款|日期",
    re.IGNORECASE,
)


def plain_name(name: str) -> str:
    """Return a name in lower case, its words parted by "_".

    >>> plain_name("monthlyIncome"), plain_name("Years at address")
    ('monthly_income', 'years_at_address')
    """
    return re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", "_", name).lower().replace(" ", "_")


def protected_ground(name: str) -> str | None:
    """Return which protected ground the name of a column speaks of, if any.

    >>> protected_ground("personal_status_and_sex"), protected_ground("Familienstand")
    ('Sex', 'Marital status')
    >>> protected_ground("essex_branch") is None
    True
    """
    words = plain_name(name)
    if AGE.match(words):
        return "Age"
    for pattern, ground in PROTECTED_NAMES:
        if re.search(rf"(^|_|[\u4e00-\u9fff])({pattern})", words):
            return ground
    return None


def ground_of_values(values: Collection[str]) -> str | None:
    """Return which protected ground at least two and most of these values speak of, if any.

    >>> ground_of_values(["男", "女"]), ground_of_values(["single", "joint"])
    ('Sex', None)
    """
    found = {value.strip().lower() for value in values}
    for ground, words in _PROTECTED_VALUES:
        spoken = found & set(words)
        if len(spoken) >= 2 and len(spoken) >= 0.6 * len(found) and not spoken <= _ALSO_COLOURS:
            return ground
    return None
