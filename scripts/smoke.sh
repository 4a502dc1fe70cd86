#!/usr/bin/env bash
# Checks a deployment from outside. It needs curl and bash, of which 3.2 will do: that is what macOS has.
# shellcheck disable=SC2317 # Functions are given to other functions by name.
set -u -o pipefail
# Figures with a point, and a character a byte.
export LC_ALL=C

usage() {
  cat <<'TEXT'
Usage: scripts/smoke.sh URL [options]

Checks a deployment of SseFunctions and says "ok", "FAIL" or "skip", a line each: the page, the health; of /events the
headers, the time to the first byte, the spacing of the messages (does anything on the way buffer?), the end, resuming,
and 204 when nothing is left; who may use the hub; with --origin CORS; with a token what the hub delivers and replays.

  --origin ORIGIN   whose pages are to read the streams, such as https://example.com
  --token JWT       a token that may publish to the topic and subscribe to it; "-" reads it from standard input
  --topic TOPIC     the topic to publish to (default: smoke-test); its subscribers see two short updates
  --wait SECONDS    how long to follow the series of messages (default: 60)
  --help            this text

Arguments can be seen in the list of processes: prefer --token -, or the environment variable SMOKE_TOKEN. The token is
sent in a header, to URL alone, and never printed.

The last line begins with "PASS n checks" or "FAIL n of m". Exit status: 0 if all passed, 1 if not, 2 for a wrong
argument.
TEXT
}

wrong() {
  printf '%s\nTry scripts/smoke.sh --help\n' "$1" >&2
  exit 2
}

url='' origin='' topic=smoke-test patience=60
token=${SMOKE_TOKEN-}
unset SMOKE_TOKEN
newline=$'\n'
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage && exit 0 ;;
    --origin | --token | --topic | --wait)
      [ $# -gt 1 ] || wrong "$1 needs a value."
      case $1 in
        --origin) origin=${2%/} ;;
        --token) token=$2 ;;
        --topic) topic=$2 ;;
        --wait) patience=$2 ;;
      esac
      shift
      ;;
    -*) wrong "There is no option $1." ;;
    *)
      [ -z "$url" ] || wrong "One URL is enough: $1 is a second."
      url=$1
      ;;
  esac
  shift
done
if [ "$token" = - ]; then IFS= read -r token || true; fi
token=${token%$'\r'}

# What goes into a header or into curl's configuration must not be able to end it.
readonly URL_FORM='^https?://[^[:space:][:cntrl:]?#"\\]+$'
readonly ORIGIN_FORM='^https?://[][a-zA-Z0-9.:_-]+$'
readonly TOKEN_FORM='^[a-zA-Z0-9._~+/=-]+$'
[ -n "$url" ] || wrong "Say the URL of the deployment."
[[ $url =~ $URL_FORM ]] || wrong "The URL is http://... or https://..., of the deployment alone, without a query."
[[ -z $origin || $origin =~ $ORIGIN_FORM ]] || wrong "An origin is a scheme and a host: https://example.com"
[[ -z $token || $token =~ $TOKEN_FORM ]] || wrong "The token is no JWT: it has characters that none has."
[[ $patience =~ ^[0-9]{1,4}$ ]] || wrong "--wait is a number of seconds."
command -v curl >/dev/null || wrong "This needs curl."
while [ "${url%/}" != "$url" ]; do url=${url%/}; done

readonly HUB="$url/.well-known/mercure"
readonly GUIDE="see docs/troubleshooting.md"
# Seconds: for an answer, of which the first may have to start an instance; and for a stream that should be quick.
readonly ANSWER_LIMIT=30 STREAM_LIMIT=15
# A warm function on another continent takes far less.
readonly SLOW_FIRST_BYTE_MS=3000
# What comes within this of the one before it came together with it; of messages sent so close nothing can be told.
readonly TOGETHER_MS=40
# A process takes about this to start, and so an update to be sent.
readonly CLOCK_MS=10
readonly MANY_LINES=20000
readonly FIGURES='%{http_code} %{http_version} %{time_pretransfer} %{time_total}'
# Begins the line with curl's own account behind a stream.
readonly ACCOUNT="account-$$-$RANDOM$RANDOM"
# Not what the user's .curlrc says. A token comes by standard input, where no list of processes shows it.
readonly CURL=(curl -q --globoff --silent --show-error --config -)
curl_features=$(curl -q --version)
# As browsers do; if the stream is compressed, that shows, and it can be read all the same.
decode=''
[[ $curl_features != *libz* ]] || decode=--compressed

work=$(mktemp -d) || exit 1
job=''
passed=0 failed=0 skipped=0

clean_up() {
  # A job is a group of processes, whose number is that of its first.
  [ -z "$job" ] || kill -TERM -- "-$job" 2>/dev/null
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

line() { printf '%-5s %-17s %s\n' "$1" "$2" "$3"; }
ok() { passed=$((passed + 1)) && line ok "$1" "$2"; }
fail() { failed=$((failed + 1)) && line FAIL "$1" "$2"; }
skip() { skipped=$((skipped + 1)) && line skip "$1" "$2"; }

finish() {
  local note=''
  [ "$skipped" = 0 ] || note=", $skipped skipped"
  if [ "$failed" -gt 0 ]; then
    echo "FAIL $failed of $((passed + failed))$note"
    exit 1
  fi
  echo "PASS $passed checks$note"
  exit 0
}

# Runs a command so that a signal is answered at once: for one in the foreground bash would first wait.
in_job() {
  local result
  set -m
  "$@" &
  job=$!
  set +m
  wait "$job" 2>/dev/null
  result=$?
  job=''
  return "$result"
}

# Seconds, as curl writes them, in milliseconds.
to_ms() {
  local fraction="${1#*.}000"
  echo $((10#${1%.*} * 1000 + 10#${fraction:0:3}))
}

# Milliseconds, for a reader.
span() {
  if [ "$1" -lt 1000 ]; then echo "$1 ms"; else echo "$(($1 / 1000)).$(($1 % 1000 / 100)) s"; fi
}

# What a server says goes to a terminal.
printable() { printf '%s' "${1//[^[:print:]]/}"; }

# First line of a file, if there is one.
first_line_of() {
  local text=''
  if [ -f "$1" ]; then IFS= read -r text <"$1" || true; fi
  printable "${text:0:300}"
}

# --- Requests. Each has a name, and leaves files of that name: .head, .body or .events, .figures, .error.

configuration() { [ "$1" = anonymous ] || printf 'header = "Authorization: Bearer %s"\n' "$token"; }

# ask NAME anonymous|authorized [arguments]: the whole of an answer.
ask() {
  in_job fetch "$@"
  look_at "$1"
}

fetch() {
  local name=$1 who=$2
  shift 2
  configuration "$who" | "${CURL[@]}" --max-time "$ANSWER_LIMIT" --dump-header "$work/$name.head" \
    --output "$work/$name.body" --write-out "$FIGURES\\n" "$@" >"$work/$name.figures" 2>"$work/$name.error"
}

# Makes an answer the one that the functions below speak of.
look_at() {
  answer=$work/$1
  status=000 protocol='' pretransfer=0 total=0
  [ ! -s "$answer.figures" ] || read -r status protocol pretransfer total <"$answer.figures" || true
  pretransfer=$(to_ms "${pretransfer:-0}") total=$(to_ms "${total:-0}")
}

# header NAME: the values that the answer has, a line each.
header() (
  shopt -s nocasematch
  found=''
  [ -f "$answer.head" ] || exit 0
  while IFS= read -r text; do
    case $text in
      HTTP/*) found='' ;;
      "$1:"*)
        text=$(printable "${text#*:}")
        found=$found${found:+$newline}${text#"${text%%[! ]*}"}
        ;;
    esac
  done <"$answer.head"
  printf '%s' "$found"
)

# has TEXT PART: in any case.
has() (
  shopt -s nocasematch
  [[ $1 == *"$2"* ]]
)

# Why the answer is not what it should be.
because() {
  case $status in
    000) first_line_of "$answer.error" ;;
    30[12378]) echo "$status, a redirection: give the URL it leads to, $(header location)" ;;
    401) echo "401: is the platform's authentication on, or a function key needed?" ;;
    403) echo "403: access is restricted, or the app is stopped" ;;
    404) echo "404: nothing is there: was it deployed, and is the path of the URL right?" ;;
    429) echo "429, too many requests: see the HTTP concurrency of the app" ;;
    5??) echo "$status: the app does not run, or cannot work: see its log" ;;
    2??) echo "$status with '$(header content-type)': is this SseFunctions?" ;;
    *) echo "$status" ;;
  esac
}

# The title of a problem, which says what to change.
problem() {
  local text
  text=$(first_line_of "$answer.body")
  case $text in
    *'"title":"'*) text=${text#*\"title\":\"} && echo "$status: ${text%%\"*}" ;;
    *) because ;;
  esac
}

# Who may be to blame.
on_the_way() {
  local name value text=''
  for name in server via x-cache; do
    value=$(header "$name")
    [ -z "$value" ] || text=$text${text:+, }"$name: ${value//$newline/, }"
  done
  [ -z "$text" ] || printf ' (%s)' "$text"
}

# --- Streams

# follow NAME SECONDS [arguments]: reads /events as an EventSource does.
follow() {
  local name=$1 limit=$2
  shift 2
  {
    "${CURL[@]}" ${decode:+"$decode"} --no-buffer --max-time "$limit" --dump-header "$work/$name.head" \
      --write-out "\\n$ACCOUNT $FIGURES\\n" --header 'Accept: text/event-stream' --header 'Cache-Control: no-cache' \
      "$@" "$url/events" </dev/null 2>"$work/$name.error"
    echo "exit-$ACCOUNT $?"
  } | read_events "$name" >"$work/$name.events"
}

# Reads a line into text, and adds to now how long that took. To time a read, which takes as long as it waits, is the
# one way to see milliseconds that every bash has.
next_line() {
  local TIMEFORMAT=%3R waited
  { time IFS= read -r text; } 2>&8 || return 1
  read -r waited <&9
  now=$((now + 10#${waited/./}))
  text=${text%$'\r'}
}

open_clock() {
  now=0 text=''
  exec 8>"$work/$1.clock"
  exec 9<"$work/$1.clock"
}

# Writes what comes, and how many milliseconds after the start.
read_events() {
  local now text lines=0 id='' kind=message has_data=''
  open_clock "$1"
  while next_line; do
    lines=$((lines + 1))
    [ "$lines" -gt 1 ] || echo "first $now"
    [ "$lines" -lt "$MANY_LINES" ] || break
    case $text in
      "$ACCOUNT "*) echo "${text#"$ACCOUNT "}" >"$work/$1.figures" ;;
      "exit-$ACCOUNT "*) echo "exit ${text##* }" ;;
      id:*) id=${text#id:} && id=${id# } ;;
      data:*) has_data=1 ;;
      event:close | 'event: close') kind=close ;;
      '')
        [ -z "$has_data" ] || echo "$kind $now ${id//[^[:print:]]/}"
        id='' kind=message has_data=''
        ;;
    esac
  done
}

# Times and ids of the messages of a stream, and when it began, when it was closed, and with what curl ended.
take_events() {
  local what when id
  look_at "$1"
  times=() ids=() count=0 began='' closed='' ending=''
  while read -r what when id; do
    case $what in
      first) began=$when ;;
      message) times[count]=$when && ids[count]=$id && count=$((count + 1)) ;;
      close) closed=$when ;;
      exit) ending=$when ;;
    esac
  done <"$answer.events"
}

# --- Checks

check_page() {
  ask page anonymous "$url/"
  if [ "$status" = 200 ] && has "$(header content-type)" text/html; then
    ok page "200, $(span "$total")"
  else
    fail page "$(because)"
    # Without any answer the rest would only say so again, and slowly.
    [ "$status" != 000 ] || finish
  fi
}

check_health() {
  local text
  ask health anonymous "$url/healthz"
  text=$(first_line_of "$answer.body")
  case $text in
    '{"status":"Healthy"'*) ok health "$text" ;;
    '{"status":"Degraded"'*) ok health "$text: it works, but not all of it" ;;
    '{"status":'*) fail health "$status, $text: see the app's log" ;;
    *) fail health "$(because)" ;;
  esac
}

check_headers() {
  local type caching buffering encoding
  type=$(header content-type) caching=$(header cache-control)
  buffering=$(header x-accel-buffering) encoding=$(header content-encoding)
  if [ "$status" != 200 ] || ! has "$type" text/event-stream; then
    fail "events: answer" "$(because)"
    return 1
  fi
  ok "events: answer" "200, $type"
  if has "$caching" no-store && has "$caching" no-transform; then
    ok "events: caching" "Cache-Control: $caching"
  else
    fail "events: caching" "Cache-Control is '$caching', changed on the way: by what may keep or compress the stream?"
  fi
  case $buffering in
    no) ok "events: buffering" "X-Accel-Buffering: no" ;;
    '') skip "events: buffering" "no X-Accel-Buffering: an nginx on the way takes it for itself, which is fine" ;;
    *) fail "events: buffering" "X-Accel-Buffering is '$buffering': it was changed on the way" ;;
  esac
  case $encoding in
    '' | identity) ok "events: encoding" "not compressed" ;;
    *) fail "events: encoding" "$encoding: something on the way compresses, and so buffers$(on_the_way); $GUIDE" ;;
  esac
}

check_protocol() {
  case $protocol in
    2 | 3) ok protocol "HTTP/$protocol" ;;
    *)
      if [ "${url%%:*}" = http ]; then
        ok protocol "HTTP/$protocol: browsers open six streams at most to it, as to all that is not https"
      elif ! has "$curl_features" HTTP2; then
        skip protocol "this curl speaks no HTTP/2"
      else
        ok protocol "HTTP/$protocol: browsers open six streams at most to it; turn on HTTP/2"
      fi
      ;;
  esac
}

check_first_byte() {
  if [ -z "$began" ] || { [ "$ending" = 28 ] && [ "$count" = 0 ]; }; then
    fail "events: first" "nothing in $patience s: something on the way holds the answer back$(on_the_way); $GUIDE"
  elif [ "$began" -gt "$SLOW_FIRST_BYTE_MS" ]; then
    fail "events: first" "the first byte took $(span "$began"): it is held back on the way$(on_the_way); $GUIDE"
  else
    ok "events: first" "the first byte took $(span "$began")"
  fi
}

# check_spacing MS: what an answer takes in which nothing is waited for. What the series took beyond that is how its
# messages were spaced when they were sent, however they arrived.
check_spacing() {
  local last=${times[$((count - 1))]} spacing gap mean index together=0 shortest='' longest=0
  if [ "$count" -lt 2 ]; then
    skip "events: spacing" "one message: nothing to compare"
    return
  fi
  spacing=$(((last - $1) / (count - 1)))
  if [ "$spacing" -lt "$TOGETHER_MS" ]; then
    skip "events: spacing" "$count messages in $(span "$last"): too close to tell, is Demo:Delay 0?"
    return
  fi
  for ((index = 1; index < count; index++)); do
    gap=$((times[index] - times[index - 1]))
    if [ "$gap" -lt "$TOGETHER_MS" ] && [ "$gap" -lt $((spacing / 4)) ]; then together=$((together + 1)); fi
    if [ -z "$shortest" ] || [ "$gap" -lt "$shortest" ]; then shortest=$gap; fi
    [ "$gap" -le "$longest" ] || longest=$gap
  done
  if [ "$together" = $((count - 1)) ]; then
    fail "events: spacing" \
      "all $count messages came at once, after $(span "$last"): something on the way buffers$(on_the_way); $GUIDE"
  elif [ $((together * 3)) -ge "$count" ]; then
    fail "events: spacing" \
      "$count messages came in $((count - together)) lumps: something on the way buffers$(on_the_way); $GUIDE"
  else
    mean=$(((last - times[0]) / (count - 1)))
    ok "events: spacing" \
      "$count messages, $(span "$mean") apart ($(span "$shortest") to $(span "$longest")): it streams"
  fi
}

check_end() {
  local last=${ids[$((count - 1))]}
  if [ -n "$closed" ] && [ "$ending" = 0 ]; then
    ok "events: end" "close, after $(span "$closed")"
  elif [ "$ending" = 28 ]; then
    skip "events: end" "after $patience s the series was at message $last: see --wait"
  elif [ "$ending" = 0 ]; then
    fail "events: end" \
      "it ended after message $last without close: by Streaming:MaxDuration, or a limit on the way; $GUIDE"
  else
    fail "events: end" "the connection broke after message $last: $(first_line_of "$answer.error"); $GUIDE"
  fi
}

check_events() {
  local before='' last='' is_over='' at_once=0 resumed='nothing'
  in_job follow series "$patience"
  take_events series
  check_headers || return
  check_protocol
  check_first_byte
  if [ "$count" = 0 ]; then
    fail "events: spacing" "no message came$(on_the_way); $GUIDE"
    return
  fi
  last=${ids[$((count - 1))]} is_over=$closed
  if [ "$count" -gt 1 ]; then
    before=${ids[$((count - 2))]}
    in_job follow resumed "$STREAM_LIMIT" --header "Last-Event-ID: $before"
    take_events resumed
    if [ "$count" -gt 0 ]; then resumed=${ids[0]} at_once=${times[0]}; fi
    if [ -n "$is_over" ] && [ "$count" -gt 1 ]; then resumed="$resumed and $((count - 1)) more"; fi
    take_events series
  fi
  check_spacing "$at_once"
  check_end
  if [ -z "$before" ]; then
    skip "events: resume" "one message: nowhere to resume"
  elif [ "$resumed" = "$last" ]; then
    ok "events: resume" "after $before comes $last"
  else
    fail "events: resume" "after $before came $resumed, not $last: is Last-Event-ID taken out on the way? $GUIDE"
  fi
  if [ -z "$is_over" ]; then
    skip "events: 204" "the series was not over"
    return
  fi
  ask finished anonymous --header "Last-Event-ID: $last" "$url/events"
  if [ "$status" = 204 ]; then
    ok "events: 204" "after $last, the last, there is nothing: an EventSource stops"
  else
    fail "events: 204" "after $last, the last, the answer is $status: an EventSource would come again for ever"
  fi
}

# check_cors NAME URL METHOD HEADER: asks as a browser does for a page of the origin, before and with the request.
check_cors() {
  local preflight allowed headers credentials actual
  ask preflight anonymous --request OPTIONS --header "Origin: $origin" \
    --header "Access-Control-Request-Method: $3" --header "Access-Control-Request-Headers: $4" "$2"
  preflight=$status
  allowed=$(header access-control-allow-origin) headers=$(header access-control-allow-headers)
  credentials=$(header access-control-allow-credentials)
  ask actual anonymous --head --header "Origin: $origin" "$2"
  actual=$(header access-control-allow-origin)
  if has "$allowed$actual" "$newline" || has "$allowed$actual" ,; then
    fail "$1" "Access-Control-Allow-Origin comes twice: leave the platform's CORS settings empty"
  elif [ "$allowed" != "$actual" ]; then
    fail "$1" \
      "the preflight ($preflight) allows '$allowed', the answer ($status) '$actual': is there CORS on the way, too?"
  elif [ "$allowed" != '*' ] && ! { [ -n "$allowed" ] && has "$origin" "$allowed"; }; then
    ok "$1" "$origin may not: Cors:AllowedOrigins does not name it"
  elif [ "$allowed" = '*' ] && [ "$credentials" = true ]; then
    fail "$1" "every origin is allowed, with credentials: browsers refuse that"
  elif [ "${preflight:0:1}" != 2 ] || ! has "$headers" "$4"; then
    fail "$1" "$origin is allowed, but the preflight ($preflight) not for $4"
  else
    ok "$1" "$origin may, as $allowed"
  fi
}

# --- The hub

check_access() {
  ask subscribe anonymous --head "$HUB?topic=smoke-test"
  case $status in
    200)
      if has "$(header content-type)" text/event-stream; then
        ok "hub: subscribe" "everybody may, to what is not private"
      else
        fail "hub: subscribe" "$(because)"
      fi
      ;;
    401) ok "hub: subscribe" "nobody may without a token" ;;
    *) fail "hub: subscribe" "$(because)" ;;
  esac
  # Without data: were it let in, it would still be no update.
  ask publish anonymous --data-urlencode "topic=$topic" "$HUB"
  is_on=''
  case $status in
    401) is_on=1 && ok "hub: publish" "nobody may without a token" ;;
    403)
      case $(problem) in
        *Publisher*) ok "hub: publish" "nobody may: no Hub:Publisher:Key is set" ;;
        *) fail "hub: publish" "$(problem)" ;;
      esac
      ;;
    400) fail "hub: publish" "400 instead of 401: is it let in without a token?" ;;
    *) fail "hub: publish" "$(because)" ;;
  esac
}

# listen NAME LISTENER [arguments]: subscribes, and gives what comes to a function, which ends it.
listen() {
  local name=$1 listener=$2
  shift 2
  {
    configuration authorized | "${CURL[@]}" --no-buffer --fail --max-time "$STREAM_LIMIT" --get \
      --dump-header "$work/$name.head" --write-out "\\n$ACCOUNT $FIGURES\\n" --data-urlencode "topic=$topic" \
      "$@" "$HUB" 2>"$work/$name.error" &
    echo $! >"$work/$name.pid"
    wait $!
  } 2>/dev/null | "$listener" "$name" >"$work/$name.events"
}

hang_up() {
  local pid
  read -r pid <"$work/$1.pid" && kill "$pid" 2>/dev/null
}

# Publishes an update when the stream is open, and another when that has come: "began MS", "arrived MS ID". The second
# tells how quick it is; the first may be the first that an instance ever sees.
hear_live() {
  local now text began='' id=''
  open_clock "$1"
  while next_line; do
    case $text in
      "$ACCOUNT "*) echo "${text#"$ACCOUNT "}" >"$work/$1.figures" && continue ;;
      id:*) id=${text#id:} && id=${id# } ;;
      "data: $DATA one") send two "$1" & now=0 && echo "first $now $id" ;;
      "data: $DATA two") echo "arrived $now $id" && break ;;
    esac
    if [ -z "$began" ] && [ -n "$text" ]; then
      began=$now
      echo "began $began"
      send one "$1" &
    fi
  done
  wait
  hang_up "$1"
}

# send one|two LISTENER: nothing will come of what was refused.
send() {
  local code=''
  fetch "$1" authorized --data-urlencode "topic=$topic" --data-urlencode "data=$DATA $1" "$HUB"
  [ ! -s "$work/$1.figures" ] || read -r code _ <"$work/$1.figures"
  [ "$code" = 200 ] || hang_up "$2"
}

# Waits for the second update: "doubled" and "arrived 0 ID" may come.
hear_second() {
  local text id=''
  while IFS= read -r text; do
    text=${text%$'\r'}
    case $text in
      "$ACCOUNT "*) echo "${text#"$ACCOUNT "}" >"$work/$1.figures" ;;
      id:*) id=${text#id:} && id=${id# } ;;
      "data: $DATA one") echo doubled ;;
      "data: $DATA two") echo "arrived 0 $id" && break ;;
    esac
  done
  hang_up "$1"
}

# What a listener has noted.
take_heard() {
  local what when id
  look_at "$1"
  began='' arrived='' id_one='' id_two='' doubled=''
  while read -r what when id; do
    case $what in
      began) began=$when ;;
      first) id_one=$id ;;
      arrived) arrived=$when id_two=$id ;;
      doubled) doubled=1 ;;
    esac
  done <"$answer.events"
}

check_delivery() {
  local one two latency
  in_job listen live hear_live
  take_heard live
  if [ -z "$began" ]; then
    case $status in
      000 | 200) fail "hub: stream" "nothing in $STREAM_LIMIT s: something on the way holds it back; $GUIDE" ;;
      401) fail "hub: stream" "401: the token is not valid, or not for subscribing: the hub's log says why" ;;
      *) fail "hub: stream" "$(because)" ;;
    esac
    return
  fi
  ok "hub: stream" "open after $(span "$began")"

  look_at one
  if [ "$status" != 200 ]; then
    fail "hub: publish" "with the token: $(problem)"
    return
  fi
  one=$(first_line_of "$answer.body")
  ok "hub: publish" "with the token, to $topic; the id is $one"
  if [ -z "$id_one" ]; then
    fail "hub: delivery" \
      "$one did not come in $STREAM_LIMIT s: several instances and no Redis:ConnectionString, or a buffer? $GUIDE"
    return
  fi
  look_at two
  two=$(first_line_of "$answer.body")
  if [ "$status" != 200 ]; then
    fail "hub: delivery" "the second update: $(problem)"
    return
  elif [ "$id_one/$id_two" != "$one/$two" ]; then
    fail "hub: delivery" \
      "published as $one and $two, they came as '$(printable "$id_one")' and '$(printable "$id_two")'"
    return
  fi
  latency=$((arrived - pretransfer))
  if [ "$latency" -lt "$CLOCK_MS" ]; then latency="less than $CLOCK_MS ms"; else latency=$(span "$latency"); fi
  ok "hub: delivery" "two updates came, the second $latency after it was sent"

  in_job listen again hear_second --header "Last-Event-ID: $one"
  take_heard again
  if [ -z "$arrived" ]; then
    fail "hub: resume" "after $one did not come $two: several instances and no Redis:ConnectionString? $GUIDE"
  elif [ -n "$doubled" ] || [ "$id_two" != "$two" ]; then
    fail "hub: resume" "after $one came it again, or '$(printable "$id_two")', not $two alone"
  else
    ok "hub: resume" "after $one comes $two"
  fi
}

readonly DATA="smoke-$$-$RANDOM$RANDOM"

check_page
check_health
check_events
check_access
if [ -z "$origin" ]; then
  skip cors "no --origin to ask for"
else
  check_cors "cors: events" "$url/events" GET last-event-id
  check_cors "cors: hub" "$HUB" POST authorization
fi
if [ -z "$token" ]; then
  skip "hub: delivery" "no token to publish with"
elif [ -z "$is_on" ]; then
  fail "hub: delivery" "there is a token, but nobody may publish"
else
  check_delivery
fi
finish
