#!/usr/bin/env bash
# Checks a deployment from outside. Needs curl, and bash 3.2 (the version of macOS) or later.
# shellcheck disable=SC2317 # Functions are passed to other functions by name.
set -u -o pipefail
# Decimal points in numbers, and one byte per character.
export LC_ALL=C

usage() {
  cat <<'TEXT'
Usage: scripts/smoke.sh URL [options]

Checks a deployment of SseFunctions and prints one line per check: "ok", "FAIL" or "skip". It checks
  - the page and the health
  - /events: the headers, the time to the first byte, the spacing of the messages (does anything on the way buffer?),
    the end, resuming, and 204 when nothing is left to send
  - the hub: who may subscribe and publish
  - with --origin: CORS
  - with a token: what the hub delivers and replays

  --origin ORIGIN   the origin whose pages read the streams, such as https://example.com
  --token JWT       a token that may publish to the topic and subscribe to it; "-" reads it from standard input
  --topic TOPIC     the topic to publish to (default: smoke-test); its subscribers receive two short updates
  --wait SECONDS    how long to follow the series of messages (default: 60)
  --help            prints this text

Other users of this machine can see arguments in the list of processes: prefer --token -, or the environment variable
SMOKE_TOKEN. The script sends the token in a header, only to URL, and never prints it.

The last line begins with "PASS n checks" or "FAIL n of m". Exit status: 0 if all checks passed, 1 if one failed, 2 if
an argument is wrong.
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
    -*) wrong "There is no option $1: leave it out." ;;
    *)
      [ -z "$url" ] || wrong "Give one URL: $1 is a second one."
      url=$1
      ;;
  esac
  shift
done
if [ "$token" = - ]; then IFS= read -r token || true; fi
token=${token%$'\r'}

# These values go into headers or curl's configuration: they must not contain characters that end a line or a string
# there.
readonly URL_FORM='^https?://[^[:space:][:cntrl:]?#"\\]+$'
readonly ORIGIN_FORM='^https?://[][a-zA-Z0-9.:_-]+$'
readonly TOKEN_FORM='^[a-zA-Z0-9._~+/=-]+$'
[ -n "$url" ] || wrong "Give the URL of the deployment."
[[ $url =~ $URL_FORM ]] || wrong "The URL must begin with http:// or https://, and have no query."
[[ -z $origin || $origin =~ $ORIGIN_FORM ]] || wrong "--origin must be a scheme and a host, such as https://example.com"
[[ -z $token || $token =~ $TOKEN_FORM ]] || wrong "The token is not a JWT: copy it again, without quotes or spaces."
[[ $patience =~ ^[0-9]{1,4}$ ]] || wrong "--wait must be a number of seconds, 9999 at most."
command -v curl >/dev/null || wrong "Install curl: this script needs it."
while [ "${url%/}" != "$url" ]; do url=${url%/}; done

readonly HUB="$url/.well-known/mercure"
readonly GUIDE="see docs/troubleshooting.md"
# Seconds. An answer may have to wait for an instance to start. These streams should open and deliver soon.
readonly ANSWER_LIMIT=30 STREAM_LIMIT=15
# An instance that runs answers much sooner, even from another continent.
readonly SLOW_FIRST_BYTE_MS=3000
# Two messages within this time arrived together. If they were sent this close, buffering cannot be detected.
readonly TOGETHER_MS=40
# A process needs about this long to start, so a shorter delivery time cannot be measured.
readonly CLOCK_MS=10
readonly MANY_LINES=20000
readonly FIGURES='%{http_code} %{http_version} %{time_pretransfer} %{time_total}'
# Marks the line that curl writes after a stream, with the figures of the request.
readonly ACCOUNT="account-$$-$RANDOM$RANDOM"
# -q ignores the user's .curlrc. The token goes to curl by standard input, because a list of processes shows arguments.
readonly CURL=(curl -q --globoff --silent --show-error --config -)
curl_features=$(curl -q --version)
# Accepts compression, as browsers do, to detect a compressed stream; curl decompresses it.
decode=''
[[ $curl_features != *libz* ]] || decode=--compressed

work=$(mktemp -d) || exit 1
job=''
passed=0 failed=0 skipped=0

clean_up() {
  # A job is a process group, which has the number of its first process.
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

# Runs a command in the background and waits for it: bash handles a signal during wait immediately, but during a
# foreground command only after its end.
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

# Converts seconds, as curl writes them, to milliseconds.
to_ms() {
  local fraction="${1#*.}000"
  echo $((10#${1%.*} * 1000 + 10#${fraction:0:3}))
}

# Writes milliseconds for a reader.
span() {
  if [ "$1" -lt 1000 ]; then echo "$1 ms"; else echo "$(($1 / 1000)).$(($1 % 1000 / 100)) s"; fi
}

# Removes control characters: text from a server goes to a terminal, which would act on them.
printable() { printf '%s' "${1//[^[:print:]]/}"; }

# Prints the start of a file's first line, if the file exists.
first_line_of() {
  local text=''
  if [ -f "$1" ]; then IFS= read -r text <"$1" || true; fi
  printable "${text:0:300}"
}

# --- Requests. Each request has a name and writes files of that name: .head, .body or .events, .figures, .error.

configuration() { [ "$1" = anonymous ] || printf 'header = "Authorization: Bearer %s"\n' "$token"; }

# ask NAME anonymous|authorized [arguments]: makes a request and reads the complete answer.
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

# Selects the answer of a request for the functions below.
look_at() {
  answer=$work/$1
  status=000 protocol='' pretransfer=0 total=0
  [ ! -s "$answer.figures" ] || read -r status protocol pretransfer total <"$answer.figures" || true
  pretransfer=$(to_ms "${pretransfer:-0}") total=$(to_ms "${total:-0}")
}

# header NAME: the values of a header of the selected answer, one per line.
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

# has TEXT PART: whether the text contains the part, ignoring case.
has() (
  shopt -s nocasematch
  [[ $1 == *"$2"* ]]
)

# Says why the selected answer is not the expected one, and what to check.
because() {
  case $status in
    000) first_line_of "$answer.error" ;;
    30[12378]) echo "$status, a redirect: use the URL that it leads to, $(header location)" ;;
    401) echo "401: turn off the platform's authentication, and make the functions anonymous (no function key)" ;;
    403) echo "403: start the app if it is stopped, and check its access restrictions" ;;
    404) echo "404: check that the app is deployed, and the path of the URL" ;;
    429) echo "429, too many requests: raise the HTTP concurrency of the app, or its number of instances" ;;
    5??) echo "$status: the app does not run, or fails: see its log" ;;
    2??) echo "$status with '$(header content-type)', which SseFunctions does not send: is the URL right?" ;;
    *) echo "$status" ;;
  esac
}

# Prints the title of a problem+json answer: it says what to change.
problem() {
  local text
  text=$(first_line_of "$answer.body")
  case $text in
    *'"title":"'*) text=${text#*\"title\":\"} && echo "$status: ${text%%\"*}" ;;
    *) because ;;
  esac
}

# Names the servers and proxies that the answer passed, which may have changed or buffered it.
on_the_way() {
  local name value text=''
  for name in server via x-cache; do
    value=$(header "$name")
    [ -z "$value" ] || text=$text${text:+, }"$name: ${value//$newline/, }"
  done
  [ -z "$text" ] || printf ' (%s)' "$text"
}

# --- Streams

# follow NAME SECONDS [arguments]: reads /events with the headers of an EventSource.
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

# Reads a line into text, and adds the time that it waited to now. bash 3.2 has no clock with milliseconds, but it can
# time a command.
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

# Writes what arrives on a stream, with the milliseconds since the start.
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

# Reads what read_events wrote: the times and ids of the messages, when the stream began, when the event close arrived,
# and the exit status of curl.
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
    # Without any answer the other checks would fail too, and slowly.
    [ "$status" != 000 ] || finish
  fi
}

check_health() {
  local text
  ask health anonymous "$url/healthz"
  text=$(first_line_of "$answer.body")
  case $text in
    '{"status":"Healthy"'*) ok health "$text" ;;
    '{"status":"Degraded"'*) ok health "$text: a part does not work, see the app's log" ;;
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
    fail "events: caching" \
      "Cache-Control was changed on the way to '$caching', so something may cache or compress the stream; $GUIDE"
  fi
  case $buffering in
    no) ok "events: buffering" "X-Accel-Buffering: no" ;;
    '') skip "events: buffering" "no X-Accel-Buffering: an nginx on the way obeys and removes it, which is fine" ;;
    *) fail "events: buffering" "X-Accel-Buffering was changed on the way from no to '$buffering'; $GUIDE" ;;
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
        ok protocol "HTTP/$protocol: browsers open at most six streams to this server; use https with HTTP/2 for more"
      elif ! has "$curl_features" HTTP2; then
        skip protocol "this curl does not support HTTP/2"
      else
        ok protocol "HTTP/$protocol: browsers open at most six streams to this server; turn on HTTP/2 for more"
      fi
      ;;
  esac
}

check_first_byte() {
  if [ -z "$began" ] || { [ "$ending" = 28 ] && [ "$count" = 0 ]; }; then
    fail "events: first" "nothing arrived in $patience s: something on the way holds it back$(on_the_way); $GUIDE"
  elif [ "$began" -gt "$SLOW_FIRST_BYTE_MS" ]; then
    fail "events: first" "the first byte took $(span "$began"): something on the way holds it back$(on_the_way); $GUIDE"
  else
    ok "events: first" "the first byte took $(span "$began")"
  fi
}

# check_spacing MS: MS is the time of an answer that does not wait between messages. The rest of the time until the last
# message is the sum of the waits, also if something buffered the messages: so it tells how far apart they were sent.
check_spacing() {
  local last=${times[$((count - 1))]} spacing gap mean index together=0 shortest='' longest=0
  if [ "$count" -lt 2 ]; then
    skip "events: spacing" "one message only: nothing to compare"
    return
  fi
  spacing=$(((last - $1) / (count - 1)))
  if [ "$spacing" -lt "$TOGETHER_MS" ]; then
    skip "events: spacing" "$count messages in $(span "$last"): too close to tell: set Demo:Delay to a second or more"
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
      "all $count messages arrived together, after $(span "$last"): something on the way buffers$(on_the_way); $GUIDE"
  elif [ $((together * 3)) -ge "$count" ]; then
    fail "events: spacing" \
      "$count messages arrived in $((count - together)) groups: something on the way buffers$(on_the_way); $GUIDE"
  else
    mean=$(((last - times[0]) / (count - 1)))
    ok "events: spacing" \
      "$count messages, $(span "$mean") apart ($(span "$shortest") to $(span "$longest")): it streams"
  fi
}

check_end() {
  local last=${ids[$((count - 1))]}
  if [ -n "$closed" ] && [ "$ending" = 0 ]; then
    ok "events: end" "the event close arrived after $(span "$closed")"
  elif [ "$ending" = 28 ]; then
    skip "events: end" "after $patience s the series was at message $last: wait longer with --wait"
  elif [ "$ending" = 0 ]; then
    fail "events: end" \
      "ended after message $last without the event close: raise Streaming:MaxDuration, or a limit on the way; $GUIDE"
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
    fail "events: spacing" "no message arrived$(on_the_way); $GUIDE"
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
    skip "events: resume" "one message only: nothing to resume"
  elif [ "$resumed" = "$last" ]; then
    ok "events: resume" "after $before, the stream continues with $last"
  else
    fail "events: resume" \
      "after $before came $resumed, not $last: does something on the way remove Last-Event-ID? $GUIDE"
  fi
  if [ -z "$is_over" ]; then
    skip "events: 204" "the series did not end: wait longer with --wait"
    return
  fi
  ask finished anonymous --header "Last-Event-ID: $last" "$url/events"
  if [ "$status" = 204 ]; then
    ok "events: 204" "204 after $last, the last message: an EventSource stops reconnecting"
  else
    fail "events: 204" "$status after $last, the last message, not 204: an EventSource reconnects again and again"
  fi
}

# check_cors NAME URL METHOD HEADER: sends the preflight and the request that a browser sends for a page of the origin.
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
    fail "$1" "Access-Control-Allow-Origin is there twice: leave the platform's CORS settings empty"
  elif [ "$allowed" != "$actual" ]; then
    fail "$1" \
      "the preflight ($preflight) allows '$allowed', but the answer ($status) '$actual': turn off CORS on the way"
  elif [ "$allowed" != '*' ] && ! { [ -n "$allowed" ] && has "$origin" "$allowed"; }; then
    ok "$1" "$origin may not read it: add it to Cors:AllowedOrigins if it should"
  elif [ "$allowed" = '*' ] && [ "$credentials" = true ]; then
    fail "$1" "every origin is allowed with credentials, which browsers refuse: name origins in Cors:AllowedOrigins"
  elif [ "${preflight:0:1}" != 2 ] || ! has "$headers" "$4"; then
    fail "$1" "$origin is allowed, but the preflight ($preflight) does not allow $4: turn off CORS on the way"
  else
    ok "$1" "$origin may read it, as $allowed"
  fi
}

# --- The hub

# The parameter that names what to subscribe to: a hub that speaks only Mercure 1.0 refuses "topic".
selector=topic

# ask_to_subscribe anonymous|authorized: asks for the headers of a stream, with the parameter that the hub takes.
ask_to_subscribe() {
  ask subscribe "$1" --head "$HUB?$selector=smoke-test"
  if [ "$status" = 400 ] && [ "$selector" = topic ]; then
    selector=match
    ask subscribe "$1" --head "$HUB?$selector=smoke-test"
  fi
}

check_access() {
  ask_to_subscribe anonymous
  case $status in
    200)
      if has "$(header content-type)" text/event-stream; then
        ok "hub: subscribe" "everybody may subscribe to public updates, without a token"
      else
        fail "hub: subscribe" "$(because)"
      fi
      ;;
    401) ok "hub: subscribe" "nobody may subscribe without a token" ;;
    *) fail "hub: subscribe" "$(because)" ;;
  esac
  # The request has no data, so that it publishes nothing even if the hub lets it in.
  ask publish anonymous --data-urlencode "topic=$topic" "$HUB"
  is_on=''
  case $status in
    401) is_on=1 && ok "hub: publish" "nobody may publish without a token" ;;
    403)
      case $(problem) in
        *Hub:Publisher*) ok "hub: publish" "nobody may publish: no Hub:Publisher:Key is set" ;;
        *Hub:Issuers*) ok "hub: publish" "nobody may publish: no Hub:Issuers:0:Key is set" ;;
        *) fail "hub: publish" "$(problem)" ;;
      esac
      ;;
    400) fail "hub: publish" "400, not 401: the hub lets requests without a token in" ;;
    *) fail "hub: publish" "$(because)" ;;
  esac
}

# listen NAME LISTENER [arguments]: subscribes, and pipes the stream into a function, which ends it.
listen() {
  local name=$1 listener=$2
  shift 2
  {
    configuration authorized | "${CURL[@]}" --no-buffer --fail --max-time "$STREAM_LIMIT" --get \
      --dump-header "$work/$name.head" --write-out "\\n$ACCOUNT $FIGURES\\n" \
      --data-urlencode "$selector=$topic" "$@" "$HUB" 2>"$work/$name.error" &
    echo $! >"$work/$name.pid"
    wait $!
  } 2>/dev/null | "$listener" "$name" >"$work/$name.events"
}

hang_up() {
  local pid
  read -r pid <"$work/$1.pid" && kill "$pid" 2>/dev/null
}

# Publishes an update when the stream is open, and a second one when the first has arrived. Writes "began MS",
# "first MS ID" and "arrived MS ID". Only the second update measures the delivery: the first may be the first of an
# instance, which is slow.
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

# send one|two LISTENER: publishes. If the hub refuses, it ends the listener, to which nothing will arrive.
send() {
  local code=''
  fetch "$1" authorized --data-urlencode "topic=$topic" --data-urlencode "data=$DATA $1" "$HUB"
  [ ! -s "$work/$1.figures" ] || read -r code _ <"$work/$1.figures"
  [ "$code" = 200 ] || hang_up "$2"
}

# Waits for the second update. Writes "doubled" if the first one arrives again, and "arrived 0 ID" for the second.
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

# Reads what a listener wrote.
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
  # A hub that demands a token did not look at the parameter before.
  ask_to_subscribe authorized
  in_job listen live hear_live
  take_heard live
  if [ -z "$began" ]; then
    case $status in
      000 | 200) fail "hub: stream" "nothing arrived in $STREAM_LIMIT s: something on the way holds it back; $GUIDE" ;;
      401) fail "hub: stream" "401: the token is not valid, or gives no right to subscribe: the hub's log says why" ;;
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
  ok "hub: publish" "published to $topic with the token; the id is $one"
  if [ -z "$id_one" ]; then
    fail "hub: delivery" \
      "$one did not arrive in $STREAM_LIMIT s: set Redis:ConnectionString if there are several instances; $GUIDE"
    return
  fi
  look_at two
  two=$(first_line_of "$answer.body")
  if [ "$status" != 200 ]; then
    fail "hub: delivery" "the second update: $(problem)"
    return
  elif [ "$id_one/$id_two" != "$one/$two" ]; then
    fail "hub: delivery" \
      "the updates $one and $two arrived as '$(printable "$id_one")' and '$(printable "$id_two")'; $GUIDE"
    return
  fi
  latency=$((arrived - pretransfer))
  if [ "$latency" -lt "$CLOCK_MS" ]; then latency="less than $CLOCK_MS ms"; else latency=$(span "$latency"); fi
  ok "hub: delivery" "two updates arrived, the second $latency after it was sent"

  in_job listen again hear_second --header "Last-Event-ID: $one"
  take_heard again
  if [ -z "$arrived" ]; then
    fail "hub: resume" \
      "after $one, $two did not arrive: set Redis:ConnectionString if there are several instances; $GUIDE"
  elif [ -n "$doubled" ] || [ "$id_two" != "$two" ]; then
    fail "hub: resume" "after $one, not only $two arrived, but $one again or '$(printable "$id_two")'; $GUIDE"
  else
    ok "hub: resume" "after $one, the stream continues with $two"
  fi
}

readonly DATA="smoke-$$-$RANDOM$RANDOM"

check_page
check_health
check_events
check_access
if [ -z "$origin" ]; then
  skip cors "no --origin was given"
else
  check_cors "cors: events" "$url/events" GET last-event-id
  check_cors "cors: hub" "$HUB" POST authorization
fi
if [ -z "$token" ]; then
  skip "hub: delivery" "no token was given: see --token"
elif [ -z "$is_on" ]; then
  fail "hub: delivery" "a token was given, but nobody may publish: set Hub:Issuers:0:Key (Mercure 1.0) or Hub:Publisher:Key (0.x)"
else
  check_delivery
fi
finish
