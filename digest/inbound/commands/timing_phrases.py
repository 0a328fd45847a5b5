"""How people say when mail is to come, by language; they may combine these phrases.

The phrases of a language are separated by `|`; accents and case do not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subscribers.models import Frequency

FREQUENCY_PHRASES: dict[Frequency, dict[str, str]] = {
    "daily": {
        "en": "daily|every day|each day|everyday",
        "de": "täglich|jeden tag",
        "fr": "quotidien|quotidiennement|tous les jours|chaque jour",
        "es": "diario|a diario|diariamente|cada día|todos los días",
        "pt": "diário|todos os dias|cada dia",
        "it": "quotidiano|quotidianamente|ogni giorno|tutti i giorni",
        "nl": "dagelijks|elke dag|iedere dag",
        "sv": "dagligen|varje dag",
        "nb": "daglig|hver dag",
        "pl": "codziennie|każdego dnia",
        "ru": "ежедневно|каждый день",
        "zh": "每天|每日",
        "ja": "毎日",
        "ko": "매일",
    },
    "weekdays": {
        "en": "weekdays|on weekdays|every weekday|workdays|monday to friday|from monday to friday"
        "|mon-fri",
        "de": "werktags|an werktagen|wochentags|an wochentagen|montag bis freitag|mo-fr"
        "|von montag bis freitag",
        "fr": "jours ouvrables|les jours ouvrables|en semaine|du lundi au vendredi",
        "es": "días laborables|entre semana|de lunes a viernes|lunes a viernes",
        "pt": "dias úteis|nos dias úteis|de segunda a sexta|segunda a sexta",
        "it": "giorni feriali|nei giorni feriali|dal lunedì al venerdì|da lunedì a venerdì",
        "nl": "werkdagen|op werkdagen|doordeweeks|maandag tot en met vrijdag",
        "sv": "vardagar|på vardagar|måndag till fredag",
        "nb": "hverdager|på hverdager|mandag til fredag",
        "pl": "w dni robocze|dni robocze|od poniedziałku do piątku",
        "ru": "по будням|в будни|по рабочим дням|с понедельника по пятницу",
        "zh": "工作日|周一至周五|週一至週五",
        "ja": "平日",
        "ko": "평일",
    },
    "weekly": {
        "en": "weekly|once a week|every week|each week",
        "de": "wöchentlich|einmal in der woche|einmal pro woche|einmal die woche|jede woche",
        "fr": "hebdomadaire|une fois par semaine|chaque semaine|toutes les semaines",
        "es": "semanal|semanalmente|una vez por semana|una vez a la semana|cada semana",
        "pt": "uma vez por semana|toda semana|todas as semanas",
        "it": "settimanale|una volta alla settimana|una volta a settimana|ogni settimana",
        "nl": "wekelijks|een keer per week|eens per week|elke week",
        "sv": "varje vecka|en gång i veckan|veckovis",
        "nb": "ukentlig|en gang i uken|hver uke",
        "pl": "co tydzień|raz w tygodniu|cotygodniowo",
        "ru": "еженедельно|раз в неделю|каждую неделю",
        "zh": "每周一次|每週一次",
        "ja": "毎週|週に一度",
        "ko": "매주",
    },
    "enough": {
        "en": "when there is something|only when there is something|when there is something new"
        "|only when there is something new|if there is something|only if there is something"
        "|when there is enough|only when there is enough",
        "de": "wenn es etwas gibt|nur wenn es etwas gibt|wenn es etwas neues gibt"
        "|nur wenn es etwas neues gibt|nur wenn etwas da ist",
        "fr": "quand il y a quelque chose|seulement quand il y a quelque chose"
        "|seulement s'il y a quelque chose",
        "es": "cuando hay algo|solo cuando hay algo|cuando haya algo|solo cuando haya algo"
        "|solo si hay algo",
        "pt": "quando houver algo|só quando houver algo|apenas quando houver algo"
        "|só se houver algo",
        "it": "quando c'è qualcosa|solo quando c'è qualcosa|solo se c'è qualcosa",
        "nl": "als er iets is|alleen als er iets is|alleen wanneer er iets is",
        "sv": "när det finns något|bara när det finns något",
        "nb": "når det er noe|bare når det er noe",
        "pl": "gdy coś jest|tylko gdy coś jest",
        "ru": "когда есть что-то|только когда есть что-то|только если есть новое",
        "zh": "有内容时|只在有内容时|有內容時|只在有內容時",
        "ja": "内容があるとき|内容があるときだけ",
        "ko": "내용이 있을 때|내용이 있을 때만",
    },
}

SITE_HOUR = {
    "en": "at the site's hour|at the site hour|site's hour|site hour|at the usual hour"
    "|at the usual time|usual hour|usual time",
    "de": "zur stunde der seite|zur zeit der seite|zur üblichen zeit|zur üblichen stunde",
    "fr": "à l'heure du site|à l'heure habituelle",
    "es": "a la hora del sitio|a la hora habitual",
    "pt": "na hora do site|à hora do site|na hora habitual",
    "it": "all'ora del sito|alla solita ora",
    "nl": "op het uur van de site|op het gewone uur|op de gewone tijd",
    "sv": "vid vanlig tid",
    "nb": "til vanlig tid",
    "pl": "o zwykłej porze",
    "ru": "в обычное время",
    "zh": "默认时间|預設時間",
    "ja": "いつもの時刻",
    "ko": "평소 시간",
}

#: Whether two lines say that a day brought no new papers.
QUIET_MAIL = {
    True: {
        "en": "two lines on quiet days|two lines on a quiet day|mail on quiet days|quiet mail"
        "|also on quiet days",
        "de": "zwei zeilen an ruhigen tagen|auch an ruhigen tagen",
        "fr": "deux lignes les jours calmes|aussi les jours calmes",
        "es": "dos líneas los días tranquilos|también los días tranquilos",
        "pt": "duas linhas nos dias calmos|também nos dias calmos",
        "it": "due righe nei giorni tranquilli|anche nei giorni tranquilli",
        "nl": "twee regels op stille dagen|ook op stille dagen",
    },
    False: {
        "en": "nothing on quiet days|nothing on a quiet day|no mail on quiet days|no quiet mail",
        "de": "nichts an ruhigen tagen",
        "fr": "rien les jours calmes",
        "es": "nada los días tranquilos",
        "pt": "nada nos dias calmos",
        "it": "niente nei giorni tranquilli",
        "nl": "niets op stille dagen",
    },
}

#: The days of the week by language, separated by blanks; `/` separates forms of one.
DAY_PHRASES = {
    "en": "monday/mon tuesday/tues/tue wednesday/wed thursday/thurs/thu friday/fri saturday/sat"
    " sunday/sun",
    "de": "montag dienstag mittwoch donnerstag freitag samstag/sonnabend sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "pt": "segunda-feira/segunda terça-feira/terça quarta-feira/quarta quinta-feira/quinta"
    " sexta-feira/sexta sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "nb": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "pl": "poniedziałek wtorek środę/środa czwartek piątek sobotę/sobota niedzielę/niedziela",
    "ru": "понедельник вторник среду/среда четверг пятницу/пятница субботу/суббота воскресенье",
    "zh": "星期一/周一/週一 星期二/周二/週二 星期三/周三/週三 星期四/周四/週四 星期五/周五/週五"
    " 星期六/周六/週六 星期日/星期天/周日/週日",
    "ja": "月曜日/月曜 火曜日/火曜 水曜日/水曜 木曜日/木曜 金曜日/金曜 土曜日/土曜 日曜日/日曜",
    "ko": "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
}

#: What stands before an hour, and behind it.
BEFORE_HOUR = (
    "at|um|gegen|à|a las|a la|às|as|alle|alle ore|om|kl|kl.|klokka|klockan|o|o godz.|o godzinie|в"
)
BEHIND_HOUR = "o'clock|uhr|h|hs|heures|heure|horas|hora|ore|uur|часов|часа|час|点|點|時|시"
#: The half of the day, behind an hour from 1 to 12.
HALVES = {"am": 0, "a.m.": 0, "pm": 12, "p.m.": 12}

#: Words before days; days alone mean nothing without one. None may be a no in any language.
BEFORE_DAYS = (
    "on every each only am an jeden nur le les chaque el los cada na nas il la ogni op elke"
    " iedere på varje hver w we co в во по каждый 每 に 에"
)
#: Other words between the phrases.
BETWEEN = (
    "and und et y e en och og i и 和 と in nach de to send me deliver get schicke sende time zone"
    " timezone zeitzone"
)
