"""How people say each command, by language; and the words around it that change nothing.

A phrase counts only if it is all that a Subject or a line says, apart from the words to ignore. So
a word that means more than the command must not be here. The phrases of a language are separated
by `|`; accents, case, punctuation and spaces do not matter.
"""

from __future__ import annotations

from enum import StrEnum


class Command(StrEnum):
    """What somebody can ask for by mail."""

    JOIN = "subscribe"
    CONFIRM = "confirm"
    TOPICS = "topics"
    #: how often, on which days and at which hour mail comes; see `timing`
    TIMES = "times"
    PAUSE = "pause"
    RESUME = "resume"
    LEAVE = "unsubscribe"
    HELP = "help"


LEAVING = {
    "en": "unsubscribe|unsub|unsubscribe me|leave|leave list|stop|stop it|stop sending|stop this"
    "|stop all|stop mailing|no more|no more emails|remove|remove me|remove from list|opt out|optout"
    "|sign off|signoff|cancel|cancel subscription|delete me|take me off"
    "|take me off your list|quit",
    "de": "abmelden|abmeldung|abbestellen|abbestellung|austragen|bitte austragen|kündigen|kündigung"
    "|abo kündigen|abo beenden|newsletter abbestellen|keine mails mehr|keine e-mails mehr"
    "|löschen sie mich|deabonnieren|ich möchte mich abmelden|ich melde mich ab",
    "fr": "désabonner|se désabonner|me désabonner|désabonnement|désabonnez-moi|désabonne-moi"
    "|désinscrire|se désinscrire|me désinscrire|désinscription|désinscrivez-moi|désinscris-moi"
    "|résilier|résilier abonnement|supprimez-moi|retirez-moi|arrêter|arrêt|ne plus recevoir",
    "es": "darme de baja|darse de baja|dar de baja|baja|dame de baja|deme de baja|denme de baja"
    "|cancelar suscripción|cancelar la suscripción|cancelar|anular suscripción|desuscribir"
    "|desuscribirme|desuscribirse|desinscribir|desinscribirme|eliminarme|no más correos",
    "pt": "cancelar inscrição|cancelar a inscrição|cancelar assinatura|cancelar subscrição"
    "|descadastrar|descadastre-me|descadastramento|desinscrever|desinscrever-me|remover|remova-me"
    "|anular subscrição|parar de receber",
    "it": "disiscrivi|disiscrivimi|disiscrivermi|disiscriversi|disiscrizione|cancellami"
    "|cancellatemi|cancellarmi|cancellare|cancellazione|cancella iscrizione|annulla iscrizione"
    "|annullare iscrizione|rimuovimi|rimuovetemi|disdire",
    "ca": "donar-me de baixa|donar de baixa|cancel·lar subscripció|desubscriure",
    "ro": "dezabonare|dezabonează-mă|dezabonați-mă|dezabonez|renunțare|anulare abonare",
    "nl": "afmelden|afmelding|uitschrijven|uitschrijving|schrijf me uit|schrijf mij uit|opzeggen"
    "|abonnement opzeggen|meld me af|meld mij af|stoppen",
    "sv": "avsluta|avsluta prenumeration|avsluta prenumerationen|avprenumerera|säg upp"
    "|avregistrera|avregistrera mig|sluta",
    "nb": "avmeld|avmeld meg|meld meg av|avmelding|avslutt|avslutt abonnement|stopp",
    "da": "afmeld|afmeld mig|frameld|frameld mig|framelding|afmelding|opsig|opsig abonnement",
    "fi": "peru tilaus|peruuta tilaus|peruutan tilauksen|poista minut|lopeta|lopeta tilaus",
    "is": "afskrá|afskrá mig|afskráning",
    "et": "loobu|tühista tellimus|lõpeta tellimus",
    "lv": "atteikties|atrakstīties|atcelt abonementu",
    "lt": "atsisakyti|atsisakau|atšaukti prenumeratą|atsisakyti prenumeratos",
    "pl": "wypisz|wypisz mnie|wypisać|wypisuję się|rezygnuję|rezygnacja|anuluj subskrypcję"
    "|anulowanie subskrypcji|usuń mnie|zrezygnuj",
    "cs": "odhlásit|odhlásit se|odhlašte mě|odhlaste mě|odhlášení|zrušit odběr|zrušte odběr",
    "sk": "odhlásiť|odhlásiť sa|odhláste ma|odhlásenie|zrušiť odber|zrušte odber",
    "sl": "odjava|odjavi me|odjavite me|odjavi|odjaviti",
    "hr": "odjavi se|odjava s liste|otkaži pretplatu|otkazati pretplatu|otkazivanje pretplate",
    "sr": "одјава|одјави ме|откажи претплату",
    "hu": "leiratkozás|leiratkozom|leiratkozni|leiratkoznék|lemondás|lemondom",
    "bg": "отписване|отпиши ме|отпишете ме|отпиши|откажи абонамент",
    "ru": "отписаться|отписка|отписать|отпишите|отпишите меня|отписываюсь|хочу отписаться"
    "|отменить подписку|удалите меня|прекратить рассылку|стоп",
    "uk": "відписатися|відписатись|відписка|відпишіть|відпишіть мене|скасувати підписку",
    "el": "διαγραφή|διαγραφή από λίστα|διαγράψτε με|διέγραψέ με|απεγγραφή|κατάργηση εγγραφής",
    "tr": "abonelikten çık|abonelikten çıkmak istiyorum|aboneliği iptal et|aboneliği sonlandır"
    "|aboneliğimi iptal et|aboneliğimi iptal edin|üyelikten çık|listeden çık|listeden çıkar",
    "ar": "إلغاء الاشتراك|الغاء الاشتراك|إلغاء اشتراكي|ألغِ اشتراكي|إلغاء",
    "he": "הסר|הסירו אותי|להסיר|הסרה|הסר אותי|ביטול מנוי|ביטול הרשמה|בטל מנוי",
    "fa": "لغو اشتراک|لغو عضویت",
    "hi": "सदस्यता समाप्त करें|सदस्यता रद्द करें|सदस्यता समाप्त|अनसब्सक्राइब",
    "zh-Hans": "退订|我要退订|请退订|取消订阅|我要取消订阅|请取消订阅|停止订阅|不再订阅",
    "zh-Hant": "退訂|我要退訂|請退訂|取消訂閱|我要取消訂閱|請取消訂閱|停止訂閱",
    "ja": "配信停止|配信停止希望|配信を停止|配信解除|配信不要|購読解除|購読停止|購読中止|登録解除"
    "|解除|退会|退会希望|登録を解除|購読を解除|配信停止してください|購読解除してください"
    "|配信停止をお願いします",
    "ko": "구독 취소|구독취소|구독 해지|구독 중지|구독을 취소|수신거부|수신 거부|해지"
    "|구독 취소해 주세요|수신 거부합니다",
    "id": "berhenti berlangganan|berhenti langganan|berhenti|hentikan langganan|batal langganan",
    "ms": "henti langganan|nyahlanggan|batalkan langganan",
    "vi": "hủy đăng ký|huỷ đăng ký|hủy nhận tin|ngừng nhận|bỏ đăng ký",
    "th": "ยกเลิกการสมัคร|ยกเลิกการรับข่าวสาร|ยกเลิกการติดตาม|ยกเลิก",
}

JOINING = {
    "en": "subscribe|join|sign up|signup",
    "de": "abonnieren|anmelden|anmeldung",
    "fr": "abonner|s'abonner|abonnez-moi|inscription|s'inscrire",
    "es": "suscribir|suscribirme|suscribirse|suscripción|inscribirme",
    "pt": "inscrever|inscrever-me|assinar|inscrição",
    "it": "iscrivimi|iscriversi|iscrivermi|iscrizione",
    "nl": "abonneren|aanmelden|inschrijven",
    "sv": "prenumerera",
    "nb": "abonner",
    "da": "tilmeld",
    "fi": "tilaa",
    "pl": "zapisz|subskrybuj",
    "cs": "přihlásit|odebírat",
    "ru": "подписаться|подписка",
    "uk": "підписатися",
    "tr": "abone ol",
    "zh": "订阅|訂閱",
    "ja": "購読|購読希望",
    "ko": "구독|구독 신청",
}

TOPICS = {
    "en": "topics|topic|set topics|choose topics|change topics",
    "de": "themen|thema",
    "fr": "thèmes|sujets",
    "es": "temas",
    "pt": "tópicos",
    "it": "temi|argomenti",
    "nl": "onderwerpen",
    "sv": "ämnen",
    "nb": "emner",
    "pl": "tematy",
    "ru": "темы",
    "zh": "主题|主題",
    "ja": "トピック",
    "ko": "주제",
}

PAUSING = {
    "en": "pause|pause subscription|pause mails|suspend",
    "de": "pausieren|unterbrechen",
    "fr": "mettre en pause|suspendre",
    "es": "pausar",
    "pt": "pausar|suspender",
    "it": "sospendi|sospendere|metti in pausa",
    "nl": "pauzeren|pauze",
    "sv": "pausa",
    "pl": "wstrzymaj",
    "ru": "приостановить|пауза",
    "zh": "暂停|暫停",
    "ja": "一時停止",
    "ko": "일시 중지",
}

RESUMING = {
    "en": "resume|resume subscription|unpause|restart",
    "de": "fortsetzen",
    "fr": "reprendre",
    "es": "reanudar",
    "pt": "retomar",
    "it": "riprendi|riprendere",
    "nl": "hervatten",
    "sv": "återuppta",
    "pl": "wznów",
    "ru": "возобновить",
    "zh": "恢复|恢復",
    "ja": "再開",
    "ko": "재개",
}

CONFIRMING = {
    "en": "confirm|confirm subscription|confirmed|yes confirm",
    "de": "bestätigen|bestätigung|ich bestätige",
    "fr": "confirmer|je confirme",
    "es": "confirmar|confirmo",
    "pt": "confirmar|confirmo",
    "it": "conferma|confermo",
    "nl": "bevestigen|bevestig",
    "sv": "bekräfta",
    "pl": "potwierdzam",
    "ru": "подтверждаю|подтвердить",
    "zh": "确认|確認",
    "ko": "확인",
}

HELP = {
    "en": "help|commands|info|help me|usage",
    "de": "hilfe",
    "fr": "aide",
    "es": "ayuda",
    "pt": "ajuda",
    "it": "aiuto",
    "nl": "hulp",
    "sv": "hjälp",
    "nb": "hjelp",
    "da": "hjælp",
    "fi": "apua|ohje",
    "pl": "pomoc",
    "cs": "nápověda",
    "hu": "segítség|súgó",
    "ro": "ajutor",
    "ru": "помощь|справка",
    "uk": "допомога",
    "el": "βοήθεια",
    "tr": "yardım",
    "ar": "مساعدة",
    "he": "עזרה",
    "zh": "帮助|幫助",
    "ja": "ヘルプ",
    "ko": "도움말",
    "id": "bantuan",
    "vi": "trợ giúp",
}

#: Commands that may have topics behind them.
WITH_TOPICS = {Command.JOIN: JOINING, Command.TOPICS: TOPICS}
#: Commands that stand alone. To leave comes first: no other reading of its words may win.
ALONE = {
    Command.LEAVE: LEAVING,
    Command.PAUSE: PAUSING,
    Command.RESUME: RESUMING,
    Command.CONFIRM: CONFIRMING,
    Command.HELP: HELP,
}

#: Words beside a command that change nothing, by language: politeness, who writes, and what they
#: get. None may negate, ask, or name another thing.
IGNORED = {
    "en": "please pls plz thanks thank you kindly now immediately at once asap i me my myself im"
    " i'd want would like to wish hereby from of the this that these your all any list lists"
    " mailing newsletter newsletters mail mails email emails e digest digests papers letters"
    " messages it here subscription",
    "de": "bitte danke sofort ich mich mein meine meinen möchte will von vom dem den der die das"
    " des diese diesem dieser zu ihrem ihrer ihren eurem liste verteiler abo",
    "fr": "svp s'il te plaît vous merci je veux voudrais me mon ma moi de du la le les cette votre"
    " vos liste bulletin lettre à d l",
    "es": "por favor gracias quiero me mi mí del el los esta este su lista boletín correo correos",
    "pt": "por favor obrigado obrigada quero eu meu minha da do dos desta este sua boletim",
    "it": "per favore grazie voglio vorrei mi dalla dal della questa lista",
    "nl": "alstublieft aub bedankt ik wil me mij mijn van deze dit het een nieuwsbrief lijst",
    "sv": "tack vänligen jag vill mig min från denna detta nyhetsbrev utskick",
    "nb": "takk vennligst jeg vil meg fra dette listen nyhetsbrev nyhetsbrevet",
    "da": "tak venligst jeg vil mig fra dette nyhedsbrev nyhedsbrevet",
    "fi": "kiitos uutiskirje",
    "pl": "proszę dziękuję mnie mi chcę z tej listy newslettera od",
    "cs": "prosím děkuji mě chci od odběru newsletteru ze seznamu",
    "sk": "prosím ďakujem ma chcem sa od zo zoznamu",
    "sl": "prosim hvala",
    "hu": "kérem köszönöm hírlevélről",
    "ro": "vă rog mulțumesc din această listă",
    "ru": "пожалуйста спасибо хочу меня мне от рассылки рассылку этой",
    "uk": "будь ласка дякую мене мені від розсилки",
    "el": "παρακαλώ ευχαριστώ με θέλω από τη λίστα",
    "tr": "lütfen teşekkürler beni istiyorum bülten bülteninden",
    "ar": "من فضلك شكرا",
    "he": "בבקשה תודה",
    "zh": "请 請 谢谢 謝謝",
    "ja": "お願いします ください",
    "id": "tolong terima kasih saya",
    "vi": "xin vui lòng cảm ơn tôi",
}

#: Words that begin a question about a command.
ASKING = {
    "en": "how can could where why who what when is are does do did",
    "de": "wie kann wo warum",
    "fr": "comment où pourquoi peut",
    "es": "cómo dónde puedo",
    "pt": "como onde posso",
    "it": "come dove posso",
    "nl": "hoe kan waar",
    "sv": "hur var",
    "nb": "hvordan hvor",
    "fi": "miten",
    "pl": "jak gdzie",
    "ru": "как где куда",
    "el": "πώς",
    "tr": "nasıl",
    "ar": "كيف",
    "he": "איך",
    "zh": "怎么 怎麼 如何",
}

#: Words by which an answer to "is it you?" may be no. One too many costs an answer; one too few
#: confirms for somebody who said no.
REFUSING = {
    "en": "no not never don't dont didn't didnt won't wont cannot can't cant wrong spam mistake",
    "de": "nein nicht kein keine nie niemals",
    "fr": "non ne pas jamais",
    "es": "no nunca jamás",
    "pt": "não nem nunca",
    "it": "no non mai",
    "nl": "nee niet geen nooit",
    "sv": "nej inte aldrig",
    "nb": "nei ikke aldri",
    "da": "nej ikke aldrig",
    "fi": "ei",
    "pl": "nie nigdy",
    "cs": "ne není nikdy",
    "hu": "nem soha",
    "ru": "не нет никогда",
    "uk": "ні ніколи",
    "el": "όχι δεν μην",
    "tr": "hayır değil",
    "ar": "لا ليس",
    "he": "לא אל",
    "ja": "いいえ",
    "ko": "아니요 아니오",
    "id": "tidak bukan jangan",
    "vi": "không",
    "hi": "नहीं",
}
#: The same in languages that are written without spaces.
REFUSING_PARTS = ("不要", "不是", "没有", "沒有", "別", "ません", "しない", "하지 마", "안 했")
