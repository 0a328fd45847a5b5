# Completion of digest for fish. Made by `make reference`; do not edit.

# Whether these words are the command on the line, such as: __digest_at subscribers set
# Behind a group must be nothing yet, behind a command may be its arguments.
function __digest_at
    set -l words
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word -c --config
            set skip 1
        else if not string match -q -- '-*' $word
            set -a words $word
        end
    end
    if contains -- "$argv" $__digest_groups
        test "$words" = "$argv"
    else
        set -l depth (count $argv)
        test "$words[1..$depth]" = "$argv"
    end
end

complete -c digest -f

set -g __digest_groups '' 'papers' 'bench' 'topics' 'subscribers' 'inbound' 'dkim' 'admin' 'mail' 'fixtures'

complete -c digest -n '__digest_at' -a setup -d 'Make an installation by a few questions, try the mail server, and send the first mail'
complete -c digest -n '__digest_at' -a init -d 'Write a config.toml with every default and a comment for each key'
complete -c digest -n '__digest_at' -a demo -d 'Make one reader\'s digest of the sample day: no network, no configuration, nothing sent'
complete -c digest -n '__digest_at' -a fetch -d 'Read the sources and keep their papers'
complete -c digest -n '__digest_at' -a preview -d 'Show the mail a reader would get, without sending or recording anything'
complete -c digest -n '__digest_at' -a backtest -d 'Compare rankers on past days, each with only what was known on the day'
complete -c digest -n '__digest_at' -a interleaving -d 'Compare our ranker with the one interleaved with it, by what readers said of papers'
complete -c digest -n '__digest_at' -a run -d 'Fetch the day\'s papers and send every confirmed reader their digest, once'
complete -c digest -n '__digest_at' -a retry -d 'Send the deferred mails that are due, or a day\'s mails in another state, again'
complete -c digest -n '__digest_at' -a daemon -d 'Keep running, and send to each reader at their hour, instead of cron'
complete -c digest -n '__digest_at' -a runs -d 'Show the last runs: when, of which day, what left, and what was wrong'
complete -c digest -n '__digest_at' -a prune -d 'Remove what is older than the configuration says, such as all of a mail but its papers'
complete -c digest -n '__digest_at' -a backup -d 'Write the database, the configuration and all keys into one file, also during a run'
complete -c digest -n '__digest_at' -a restore -d 'Put a backup in place'
complete -c digest -n '__digest_at' -a export -d 'Write tables for spreadsheets and programs: readers, consent, deliveries, papers and more'
complete -c digest -n '__digest_at' -a train -d 'Learn from past votes how to order papers that have none yet'
complete -c digest -n '__digest_at' -a status -d 'Show what happened on a day: the sources, and who got what or why not'
complete -c digest -n '__digest_at' -a doctor -d 'Look for what is wrong with this installation, and say what to do about it'
complete -c digest -n '__digest_at' -a serve -d 'Run the web server: sign up, confirm, choose, leave, past editions, feeds and API'
complete -c digest -n '__digest_at' -a papers -d 'Look at the papers that were fetched'
complete -c digest -n '__digest_at' -a bench -d 'Measure how fast this machine makes and sends mail'
complete -c digest -n '__digest_at' -a topics -d 'Look at and change the topics'
complete -c digest -n '__digest_at' -a subscribers -d 'Look at and change who reads'
complete -c digest -n '__digest_at' -a inbound -d 'Mail that comes in: bounces, complaints, and what readers write'
complete -c digest -n '__digest_at' -a dkim -d 'Make the keys that mails are signed with'
complete -c digest -n '__digest_at' -a admin -d 'Turn the operator\'s page on and off'
complete -c digest -n '__digest_at' -a mail -d 'Try the way by which mails leave'
complete -c digest -n '__digest_at' -a fixtures -d 'Record a real day, to work on it offline'
complete -c digest -s c -l config -r -F -d 'The configuration'
complete -c digest -s q -l quiet -d 'Print only errors, and what was asked for'
complete -c digest -n '__digest_at' -l version -d 'Print the version'
complete -c digest -n '__digest_at' -l install-completion -d 'Install completion for the current shell'
complete -c digest -n '__digest_at' -l show-completion -d 'Show completion for the current shell, to copy it or customize the installation'
complete -c digest -l help -d 'Show what a command does and takes, and exit'

complete -c digest -n '__digest_at setup' -l site -x -d 'The web page of a group'
complete -c digest -n '__digest_at setup' -l address -x -d 'The first reader'
complete -c digest -n '__digest_at setup' -l field -x -a 'machine-learning astronomy biology-medicine computer-systems economics-statistics mathematics physics' -d 'A field of science'
complete -c digest -n '__digest_at setup' -l topic -x -d 'A topic of the first reader'
complete -c digest -n '__digest_at setup' -l source -x -d 'A source, with what it needs, as in \'arxiv cs.CL cs.LG\''
complete -c digest -n '__digest_at setup' -l seeds -r -F -d 'Papers that the first reader likes: a library, a listing, or ids'
complete -c digest -n '__digest_at setup' -l mail -x -a 'gmail microsoft365 yahoo icloud fastmail gmx webde zoho proton ses sendgrid mailgun postmark brevo own folder' -d 'A mail provider, own or folder'
complete -c digest -n '__digest_at setup' -l server -x -d 'The mail server: HOST:PORT:SECURITY'
complete -c digest -n '__digest_at setup' -l sender -x -d 'The sender, if not the first reader'
complete -c digest -n '__digest_at setup' -l login -x -d 'The login at the mail server'
complete -c digest -n '__digest_at setup' -l password-file -r -F -d 'A file that holds the password, - for standard input'
complete -c digest -n '__digest_at setup' -l timer -x -a 'print crontab systemd none' -d 'print, crontab, systemd or none'
complete -c digest -n '__digest_at setup' -l at -x -d 'When mail leaves'
complete -c digest -n '__digest_at setup' -l yes -s y -d 'Ask nothing: options, and defaults for the rest'
complete -c digest -n '__digest_at setup' -a '(__fish_complete_directories)'

complete -c digest -n '__digest_at init' -a '(__fish_complete_directories)'

complete -c digest -n '__digest_at demo' -l out -x -a '(__fish_complete_directories)' -d 'Where to put the mail'

complete -c digest -n '__digest_at fetch' -l day -x -d 'The day the papers were featured'
complete -c digest -n '__digest_at fetch' -l source -x -d 'Only this source'
complete -c digest -n '__digest_at fetch' -l again -d 'Read files too that have not changed'
complete -c digest -n '__digest_at fetch' -l json -d 'Print JSON'

complete -c digest -n '__digest_at preview' -l day -x -d 'The day the papers were featured'
complete -c digest -n '__digest_at preview' -l topic -x -d 'As a reader of this topic'
complete -c digest -n '__digest_at preview' -l to -x -d 'As this reader: the very mail they get'
complete -c digest -n '__digest_at preview' -l as -x -a 'html text eml json' -d 'Unless given: by the ending of --out, html with --open, else text'
complete -c digest -n '__digest_at preview' -l out -r -F -d 'Write to a file instead of standard output'
complete -c digest -n '__digest_at preview' -l open -d 'Open it in the browser'

complete -c digest -n '__digest_at backtest' -l from -x -d 'The first day'
complete -c digest -n '__digest_at backtest' -l to -x -d 'The last day'
complete -c digest -n '__digest_at backtest' -l ranker -x -a 'digest bm25 votes newest random' -d 'digest, bm25, votes, newest or random, with parameters after a colon, as digest:trend_weight=1'
complete -c digest -n '__digest_at backtest' -l topic -x -d 'Only this topic'
complete -c digest -n '__digest_at backtest' -l judge -x -a 'votes feedback' -d 'What the lists are compared with'
complete -c digest -n '__digest_at backtest' -l plot -r -F -d 'Draw the days into this file'
complete -c digest -n '__digest_at backtest' -l before-votes -d 'Let the rankers see no votes'
complete -c digest -n '__digest_at backtest' -l json -d 'Print JSON'

complete -c digest -n '__digest_at interleaving' -l from -x -d 'The first day'
complete -c digest -n '__digest_at interleaving' -l to -x -d 'The last day'
complete -c digest -n '__digest_at interleaving' -l json -d 'Print JSON'

complete -c digest -n '__digest_at run' -l day -x -d 'The day the papers were featured'
complete -c digest -n '__digest_at run' -l only -x -d 'Serve only this reader'
complete -c digest -n '__digest_at run' -l dry-run -d 'Fetch, then show who would get what'
complete -c digest -n '__digest_at run' -l json -d 'Print JSON'

complete -c digest -n '__digest_at retry' -l day -x -d 'The day the papers were featured'
complete -c digest -n '__digest_at retry' -l state -x -a 'deferred unknown failed expired' -d 'Send the mails of --day again that are in this state'
complete -c digest -n '__digest_at retry' -l only -x -d 'Serve only this reader'
complete -c digest -n '__digest_at retry' -l json -d 'Print JSON'


complete -c digest -n '__digest_at runs' -l last -x -d 'How many runs'
complete -c digest -n '__digest_at runs' -l json -d 'Print JSON'

complete -c digest -n '__digest_at prune' -l dry-run -d 'Only say how much would be pruned'
complete -c digest -n '__digest_at prune' -l vacuum -d 'Then make the database\'s file smaller'
complete -c digest -n '__digest_at prune' -l json -d 'Print JSON'

complete -c digest -n '__digest_at backup' -l database-only -d 'Leave out config.toml and all keys, which are secrets'
complete -c digest -n '__digest_at backup' -l json -d 'Print JSON'
complete -c digest -n '__digest_at backup' -F

complete -c digest -n '__digest_at restore' -l replace -d 'Move aside the database that is there, and keys that differ'
complete -c digest -n '__digest_at restore' -l database-only -d 'Leave config.toml and all keys as they are'
complete -c digest -n '__digest_at restore' -l json -d 'Print JSON'
complete -c digest -n '__digest_at restore' -F

complete -c digest -n '__digest_at export' -l out -x -a '(__fish_complete_directories)' -d 'A folder for a file of each'
complete -c digest -n '__digest_at export' -l format -x -a 'csv jsonl' -d 'How to write them'
complete -c digest -n '__digest_at export' -l list -d 'Only say which tables there are, and what is in them'
complete -c digest -n '__digest_at export' -a 'readers subscriptions consent deliveries mailed_papers days pruned_deliveries bounces letters inbound feedback papers aliases featured announcements votes editions fetches runs steps'

complete -c digest -n '__digest_at train' -l dry-run -d 'Only show what it would come to'
complete -c digest -n '__digest_at train' -l json -d 'Print JSON'

complete -c digest -n '__digest_at status' -l day -x -d 'The day the papers were featured'
complete -c digest -n '__digest_at status' -l state -x -a 'planned claimed inflight sent deferred failed skipped unknown expired' -d 'List the readers whose mail is in this state, such as deferred'
complete -c digest -n '__digest_at status' -l all -d 'List every reader'
complete -c digest -n '__digest_at status' -l json -d 'Print JSON'

complete -c digest -n '__digest_at doctor' -l day -x -d 'The day the papers were featured'
complete -c digest -n '__digest_at doctor' -l json -d 'Print JSON'

complete -c digest -n '__digest_at serve' -l uds -r -F -d 'Listen on this Unix socket and on no port'
complete -c digest -n '__digest_at serve' -l with-inbound -d 'Also take mail from the mail server by LMTP'
complete -c digest -n '__digest_at serve' -l with-schedule -d 'Also do what the daemon does'

complete -c digest -n '__digest_at papers' -a list -d 'List the papers of a day, or all of them'
complete -c digest -n '__digest_at papers' -a show -d 'Show one paper with everything known about it'

complete -c digest -n '__digest_at papers list' -l day -x -d 'The day the papers were featured'
complete -c digest -n '__digest_at papers list' -l json -d 'Print JSON'

complete -c digest -n '__digest_at papers show' -l json -d 'Print JSON'

complete -c digest -n '__digest_at bench' -a delivery -d 'Send a made-up day to made-up readers, through selection, rendering, signing and SMTP'

complete -c digest -n '__digest_at bench delivery' -l host -x -d 'The server'
complete -c digest -n '__digest_at bench delivery' -l port -x -d 'Its port'
complete -c digest -n '__digest_at bench delivery' -l subscribers -x -d 'Made-up readers'
complete -c digest -n '__digest_at bench delivery' -l size -x -d 'Of a mail: 18,000 to 110,000'
complete -c digest -n '__digest_at bench delivery' -l dkim -x -a 'none rsa rsa+ed25519' -d 'How the mails are signed'
complete -c digest -n '__digest_at bench delivery' -l senders -x -d 'Processes'
complete -c digest -n '__digest_at bench delivery' -l connections -x -d 'Connections a process'
complete -c digest -n '__digest_at bench delivery' -l json -d 'Print JSON'

complete -c digest -n '__digest_at topics' -a list -d 'List the topics'
complete -c digest -n '__digest_at topics' -a show -d 'Show one topic'
complete -c digest -n '__digest_at topics' -a add -d 'Add a topic to the configuration file'
complete -c digest -n '__digest_at topics' -a packs -d 'List the packs: ready-made topics of other fields, with their sources'
complete -c digest -n '__digest_at topics' -a add-pack -d 'Add a pack\'s topics, and the sources that they need, to the configuration file'
complete -c digest -n '__digest_at topics' -a remove -d 'Remove a topic from the configuration file'
complete -c digest -n '__digest_at topics' -a test -d 'Show what a topic would have brought, and what it just missed'

complete -c digest -n '__digest_at topics list' -l json -d 'Print JSON'

complete -c digest -n '__digest_at topics show' -l json -d 'Print JSON'

complete -c digest -n '__digest_at topics add' -l name -x -d 'The name readers see'
complete -c digest -n '__digest_at topics add' -l words-in -l in -x -d 'A word or phrase that brings a paper in'
complete -c digest -n '__digest_at topics add' -l words-out -l out -x -d 'A word or phrase that keeps a paper out'
complete -c digest -n '__digest_at topics add' -l category -x -d 'An arXiv category'
complete -c digest -n '__digest_at topics add' -l author -x -d 'A person to follow'
complete -c digest -n '__digest_at topics add' -l trending -d 'Every paper, by votes alone'

complete -c digest -n '__digest_at topics packs' -l json -d 'Print JSON'
complete -c digest -n '__digest_at topics packs' -a 'astronomy biology-medicine computer-systems economics-statistics mathematics physics'

complete -c digest -n '__digest_at topics add-pack' -l topic -x -d 'Only this topic of the pack'
complete -c digest -n '__digest_at topics add-pack' -l no-source -d 'Add the topics alone, without their sources'
complete -c digest -n '__digest_at topics add-pack' -a 'astronomy biology-medicine computer-systems economics-statistics mathematics physics'

complete -c digest -n '__digest_at topics remove' -l force -d 'Even if readers have it'

complete -c digest -n '__digest_at topics test' -l topic -x -d 'A topic that there is, instead of words'
complete -c digest -n '__digest_at topics test' -l days -x -d 'The last days that have papers'
complete -c digest -n '__digest_at topics test' -l words-out -l out -x -d 'Keeps a paper out'
complete -c digest -n '__digest_at topics test' -l category -x -d 'An arXiv category'
complete -c digest -n '__digest_at topics test' -l author -x -d 'A person or an institution'
complete -c digest -n '__digest_at topics test' -l json -d 'Print JSON'

complete -c digest -n '__digest_at subscribers' -a set -d 'Change a reader\'s choices, and show what holds now'
complete -c digest -n '__digest_at subscribers' -a forget -d 'Forget what a reader said of papers and what it taught'
complete -c digest -n '__digest_at subscribers' -a seed -d 'Import a reader\'s library, so that their digest begins with what they like'
complete -c digest -n '__digest_at subscribers' -a add -d 'Add a reader, or change the topics of one'
complete -c digest -n '__digest_at subscribers' -a list -d 'List everybody who ever signed up'
complete -c digest -n '__digest_at subscribers' -a show -d 'Show one reader: consent, choices, likes, and every issue with its papers and reasons'
complete -c digest -n '__digest_at subscribers' -a remove -d 'Unsubscribe a reader'
complete -c digest -n '__digest_at subscribers' -a import -d 'Add readers from a list of Digest or another system'
complete -c digest -n '__digest_at subscribers' -a export -d 'Print all that is known of one reader as JSON, or the list of all as CSV'
complete -c digest -n '__digest_at subscribers' -a erase -d 'Erase a reader'

complete -c digest -n '__digest_at subscribers set' -l topic -x -d 'One more topic'
complete -c digest -n '__digest_at subscribers set' -l word -x -d 'Papers about these words, too'
complete -c digest -n '__digest_at subscribers set' -l not-word -x -d 'No papers with these words'
complete -c digest -n '__digest_at subscribers set' -l author -x -d 'All papers by this author'
complete -c digest -n '__digest_at subscribers set' -l mute -x -d 'No papers by this author'
complete -c digest -n '__digest_at subscribers set' -l unlearn -x -d 'Words that likes must not teach'
complete -c digest -n '__digest_at subscribers set' -l like -x -d 'More like this paper'
complete -c digest -n '__digest_at subscribers set' -l less -x -d 'Less like this paper'
complete -c digest -n '__digest_at subscribers set' -l save -x -d 'A paper to find again'
complete -c digest -n '__digest_at subscribers set' -l drop -x -d 'Take one entry out, such as word=whale'
complete -c digest -n '__digest_at subscribers set' -l day -x -a 'mon tue wed thu fri sat sun' -d 'Mail on these days alone, such as mon'
complete -c digest -n '__digest_at subscribers set' -l papers -x -d 'The most papers in a mail'
complete -c digest -n '__digest_at subscribers set' -l frequency -x -a 'daily weekdays weekly enough' -d 'How often: daily, weekdays, weekly, or enough (when there is something)'
complete -c digest -n '__digest_at subscribers set' -l hour -x -d 'The hour of the day in their time zone'
complete -c digest -n '__digest_at subscribers set' -l timezone -x -d 'Such as Europe/Paris'
complete -c digest -n '__digest_at subscribers set' -l language -x -a 'en de es fr it nl pt' -d 'The language of dates, such as de'
complete -c digest -n '__digest_at subscribers set' -l quiet-mail -d 'Whether two lines come on a day of no papers'
complete -c digest -n '__digest_at subscribers set' -l no-quiet-mail -d 'Whether two lines come on a day of no papers'
complete -c digest -n '__digest_at subscribers set' -l text-only -d 'Mail as text, or as HTML and text'
complete -c digest -n '__digest_at subscribers set' -l html -d 'Mail as text, or as HTML and text'
complete -c digest -n '__digest_at subscribers set' -l learn -d 'Whether likes change what is shown'
complete -c digest -n '__digest_at subscribers set' -l no-learn -d 'Whether likes change what is shown'
complete -c digest -n '__digest_at subscribers set' -l json -d 'Print JSON'


complete -c digest -n '__digest_at subscribers seed' -l bibtex -r -F -d 'BibTeX or BibLaTeX, - for standard input'
complete -c digest -n '__digest_at subscribers seed' -l ris -r -F -d 'RIS, as EndNote, Mendeley and Zotero write it'
complete -c digest -n '__digest_at subscribers seed' -l csl-json -r -F -d 'CSL-JSON, as Zotero and Pandoc write it'
complete -c digest -n '__digest_at subscribers seed' -l zotero-rdf -r -F -d 'Zotero RDF'
complete -c digest -n '__digest_at subscribers seed' -l arxiv-ids -x -d 'Ids or addresses of papers'
complete -c digest -n '__digest_at subscribers seed' -l dry-run -d 'Only show what was recognised, and what would be new'
complete -c digest -n '__digest_at subscribers seed' -l json -d 'Print JSON'

complete -c digest -n '__digest_at subscribers add' -l topic -x -d 'A topic, best liked first'
complete -c digest -n '__digest_at subscribers add' -l confirmed -d 'You vouch that the reader wants this'
complete -c digest -n '__digest_at subscribers add' -l json -d 'Print JSON'

complete -c digest -n '__digest_at subscribers list' -l json -d 'Print JSON'

complete -c digest -n '__digest_at subscribers show' -l json -d 'Print JSON'


complete -c digest -n '__digest_at subscribers import' -l confirmed -d 'You vouch that all who do not say no want this'
complete -c digest -n '__digest_at subscribers import' -l dry-run -d 'Only show what an import would do with each line'
complete -c digest -n '__digest_at subscribers import' -l all -d 'List every line'
complete -c digest -n '__digest_at subscribers import' -l json -d 'Print JSON'
complete -c digest -n '__digest_at subscribers import' -F



complete -c digest -n '__digest_at inbound' -a serve -d 'Take mail from the mail server by LMTP, and handle it, until the process is stopped'
complete -c digest -n '__digest_at inbound' -a poll -d 'Read the maildir and the IMAP mailbox of the configuration, and handle what waits'
complete -c digest -n '__digest_at inbound' -a list -d 'List the messages that came in and were not understood'
complete -c digest -n '__digest_at inbound' -a show -d 'Show one message: how it came, what it is and why, what was done, and its text'
complete -c digest -n '__digest_at inbound' -a retry -d 'Handle messages again that were not understood, such as after an update'
complete -c digest -n '__digest_at inbound' -a explain -d 'Say what messages are, and why: a bounce of whom, a complaint, a command'
complete -c digest -n '__digest_at inbound' -a check -d 'Send mails to ourselves by the real way, and say what arrives and what is wrong'


complete -c digest -n '__digest_at inbound poll' -l every -x -d 'Go on, with so many minutes in between'

complete -c digest -n '__digest_at inbound list' -l most -x -d 'List so many, the newest'
complete -c digest -n '__digest_at inbound list' -l all -d 'Also those that were handled, and those that wait'
complete -c digest -n '__digest_at inbound list' -l json -d 'Print JSON'

complete -c digest -n '__digest_at inbound show' -l raw -d 'Print the message itself'
complete -c digest -n '__digest_at inbound show' -l json -d 'Print JSON'


complete -c digest -n '__digest_at inbound explain' -l sender -x -d 'The envelope\'s sender'
complete -c digest -n '__digest_at inbound explain' -l recipient -x -d 'The envelope\'s recipient'
complete -c digest -n '__digest_at inbound explain' -l json -d 'Print JSON'
complete -c digest -n '__digest_at inbound explain' -F

complete -c digest -n '__digest_at inbound check' -l timeout -x -d 'How long to wait for the mails'
complete -c digest -n '__digest_at inbound check' -l json -d 'Print JSON'

complete -c digest -n '__digest_at dkim' -a keygen -d 'Make a key and print its DNS record and the lines for the configuration'
complete -c digest -n '__digest_at dkim' -a record -d 'Print the DNS records of the keys in use'

complete -c digest -n '__digest_at dkim keygen' -l selector -x -d 'Its name in the DNS'
complete -c digest -n '__digest_at dkim keygen' -l out -r -F -d 'The key\'s file'
complete -c digest -n '__digest_at dkim keygen' -l ed25519 -d 'Make an Ed25519 key, for a second signature'
complete -c digest -n '__digest_at dkim keygen' -l json -d 'Print JSON'

complete -c digest -n '__digest_at dkim record' -l json -d 'Print JSON'

complete -c digest -n '__digest_at admin' -a password -d 'Set the password of the operator\'s page, /admin of the site, which turns it on'

complete -c digest -n '__digest_at admin password' -l remove -d 'Remove it, which turns the page off'
complete -c digest -n '__digest_at admin password' -l print -d 'Print the hash for the configuration, and keep nothing'

complete -c digest -n '__digest_at mail' -a test -d 'Send one test mail the way others leave, and print what the server said'

complete -c digest -n '__digest_at mail test' -l json -d 'Print JSON'

complete -c digest -n '__digest_at fixtures' -a record -d 'Record what the sources have for a day in DIR/DAY, with a configuration that reads it'

complete -c digest -n '__digest_at fixtures record' -l day -x -d 'The day the papers were featured'
complete -c digest -n '__digest_at fixtures record' -l out -x -a '(__fish_complete_directories)' -d 'Where the day gets a folder of its own'
complete -c digest -n '__digest_at fixtures record' -l source -x -d 'Only this source'
